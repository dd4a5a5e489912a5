//! What a lesson or a grader needs of a server.

/// The oldest major version that the workbook is written for.
pub const OLDEST: u32 = 14;

/// What a run may do besides what it likes in its own database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Privilege {
    /// Nothing.
    #[default]
    Ordinary,
    /// Create roles, and grant and drop those that it has created: they go with its database. It needs
    /// 16 as well, since before that whoever may create roles may change all that others have.
    CreateRoles,
    /// Everything, in lessons. What an answer runs as is never a superuser, wherever its grader is.
    Superuser,
}

impl Privilege {
    /// Of a role with these attributes.
    pub(super) fn of(create_roles: bool, superuser: bool) -> Privilege {
        match (superuser, create_roles) {
            (true, _) => Privilege::Superuser,
            (_, true) => Privilege::CreateRoles,
            _ => Privilege::Ordinary,
        }
    }
}

/// What a server has to have. Where nothing is said, any server will do that the workbook knows.
///
/// ```
/// # use pglings::postgres::needs::{Needs, Privilege};
/// const NEEDS: Needs = Needs::extensions(&["pg_trgm"]).version(17);
/// const ROLES: Needs = Needs::may(Privilege::CreateRoles);
/// # assert_eq!((NEEDS.least, ROLES.least), (17, 16));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Extensions that can be created, by name.
    pub extensions: &'static [&'static str],
    /// PostgreSQL's programs of its version or a newer one, such as `pg_dump`, or `pgbouncer`.
    pub programs: &'static [&'static str],
    /// The least major version.
    pub least: u32,
    /// What a run may do.
    pub may: Privilege,
}

impl Needs {
    /// Any server that the workbook knows.
    pub const NOTHING: Needs =
        Needs { extensions: &[], programs: &[], least: OLDEST, may: Privilege::Ordinary };

    /// These extensions.
    pub const fn extensions(extensions: &'static [&'static str]) -> Needs {
        Needs { extensions, ..Needs::NOTHING }
    }

    /// These programs beside it.
    pub const fn programs(programs: &'static [&'static str]) -> Needs {
        Needs { programs, ..Needs::NOTHING }
    }

    /// This privilege.
    pub const fn may(may: Privilege) -> Needs {
        let roles = matches!(may, Privilege::CreateRoles);
        Needs { may, least: if roles { 16 } else { OLDEST }, ..Needs::NOTHING }
    }

    /// This major version too, or a newer one.
    #[must_use]
    pub const fn version(self, major: u32) -> Needs {
        Needs { least: if major > self.least { major } else { self.least }, ..self }
    }

    /// With what a fixture needs, where no extensions are named.
    #[must_use]
    pub fn with_fixture(self, extensions: &'static [&'static str]) -> Needs {
        if self.extensions.is_empty() { Needs { extensions, ..self } } else { self }
    }

    /// Whether whatever has these has those.
    pub(super) fn include(&self, other: &Needs) -> bool {
        self.least >= other.least
            && self.may >= other.may
            && other.extensions.iter().all(|name| self.extensions.contains(name))
            && other.programs.iter().all(|name| self.programs.contains(name))
    }

    /// What a server lacks. `has` tells whether it has an extension, `runs` whether there is a program.
    pub(super) fn lacking(
        &self,
        major: u32,
        may: Privilege,
        has: impl Fn(&str) -> bool,
        runs: impl Fn(&str) -> bool,
    ) -> Option<Lacking> {
        if major < self.least {
            return Some(Lacking::Version(self.least));
        }
        let missing: Vec<&str> =
            self.extensions.iter().copied().filter(|name| !has(name)).collect();
        if !missing.is_empty() {
            return Some(Lacking::Extensions(missing.join(", ")));
        }
        if let Some(program) = self.programs.iter().find(|name| !runs(name)) {
            return Some(Lacking::Program(program));
        }
        (may < self.may).then_some(Lacking::Privilege(self.may))
    }

    /// In a few words: `PostgreSQL 17 with pg_trgm`.
    pub(super) fn words(&self) -> String {
        let mut text = "PostgreSQL".to_owned();
        if self.least > OLDEST {
            text.push_str(&format!(" {} or newer", self.least));
        }
        if !self.extensions.is_empty() {
            text.push_str(&format!(" with {}", self.extensions.join(", ")));
        }
        if !self.programs.is_empty() {
            text.push_str(&format!(" and {} beside it", self.programs.join(", ")));
        }
        text.push_str(match self.may {
            Privilege::Ordinary => "",
            Privilege::CreateRoles => " and a role that may create roles",
            Privilege::Superuser => " and a superuser",
        });
        text
    }
}

impl From<u32> for Needs {
    fn from(major: u32) -> Needs {
        Needs::NOTHING.version(major)
    }
}

/// What a server lacks of what is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lacking {
    Version(u32),
    Extensions(String),
    Program(&'static str),
    Privilege(Privilege),
}

impl Lacking {
    /// In words that go on after the server's name, or what runs there.
    pub(super) fn words(&self) -> String {
        match self {
            Lacking::Version(least) => format!("is older than {least}"),
            Lacking::Extensions(names) => format!("has no extension {names}"),
            Lacking::Program(name) => format!("has no {name} beside it"),
            Lacking::Privilege(Privilege::Superuser) => "gives no superuser".to_owned(),
            Lacking::Privilege(_) => "gives no role that may create roles".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Needs = Needs::may(Privilege::Superuser).version(17).with(&["vector", "hstore"]);

    impl Needs {
        const fn with(self, extensions: &'static [&'static str]) -> Needs {
            Needs { extensions, ..self }
        }
    }

    #[test]
    fn the_first_thing_that_is_lacking_is_told() {
        let lacking = |major, may, extensions: &[&str]| {
            ALL.lacking(major, may, |name| extensions.contains(&name), |_| true)
                .map(|lack| lack.words())
        };
        let both = ["hstore", "vector"];
        assert_eq!(lacking(18, Privilege::Superuser, &both), None);
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(lacking(16, Privilege::Superuser, &both), told("is older than 17"));
        let extension = lacking(17, Privilege::Superuser, &both[1..]);
        assert_eq!(extension, told("has no extension hstore"));
        assert_eq!(lacking(17, Privilege::CreateRoles, &both), told("gives no superuser"));
    }

    #[test]
    fn needs_include_less() {
        assert!(ALL.include(&Needs::NOTHING) && !Needs::NOTHING.include(&ALL));
        assert!(ALL.include(&Needs::extensions(&["hstore"])));
        assert!(!ALL.include(&Needs::extensions(&["citext"])));
        assert!(!Needs::from(17).include(&18.into()) && Needs::from(18).include(&17.into()));
    }
}
