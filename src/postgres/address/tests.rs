use super::*;

/// Every printable ASCII character, and some that take several bytes.
const ODD: &str = " !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~äß√🐘%40 %zz";

#[test]
fn a_url_survives_odd_characters() {
    let address = Address::local(5433, "ada", "p@ss/w:rd 100%", "my db");
    let again = Address::parse(&address.url()).unwrap();
    assert_eq!(again.url(), address.url());
    assert_eq!(again.database_name(), "my db");
    assert!(!format!("{address} {address:?}").contains("p@ss"));
}

#[test]
fn a_wrong_url_is_refused_with_the_form_it_should_have() {
    let error = Address::parse("postgres://ada@host:port/db").unwrap_err();
    assert!(error.to_string().contains("postgres://USER:PASSWORD@HOST:PORT/DATABASE"), "{error}");
}

#[test]
fn every_odd_character_comes_through_in_both_forms() {
    let quoted = ODD.replace('\\', "\\\\").replace('\'', "\\'");
    let words = format!("host = h user='{quoted}' password= '{quoted}'  dbname='{quoted}'");
    for text in [Address::local(1, ODD, ODD, ODD).url(), words] {
        let address = Address::parse(&text).unwrap();
        let found = (address.user(), address.password(), address.database_name());
        assert_eq!(found, (ODD, ODD.to_owned(), ODD), "{text}");
    }
    // What need not be percent-encoded in a URL, people do not encode.
    let bare = "p!\"#$&'()*+,-./:;<=>?[]^_`{|}~ ä";
    let address = Address::parse(&format!("postgres://ada:{bare}@h/d?sslmode=require")).unwrap();
    assert_eq!((address.password().as_str(), address.database_name()), (bare, "d"));
}

#[test]
fn what_is_no_connection_string_is_refused_and_shows_no_password() {
    for text in [
        "",
        "hello",
        "postgres://",
        "postgres//ada:hunter2@h/db",
        "mysql://ada:hunter2@h/db",
        "jdbc:postgresql://ada:hunter2@h/db",
        "postgres://ada:hunter2@h:port/db",
        "postgres://ada:hunter2@h:99999/db",
        "postgres://ada:hun@hunter2@h/db",
        "postgres://ada:hunter2@[::1/db",
        "postgres://ada:hunter2@h/db?sslmode=maybe",
        "postgres://ada:hunter2@h/db?sslmode",
        "postgres://ada:hunter2@h/db?wrong=1",
        "postgres://ada:hunter2@h/db?sslcert=x",
        "host=h password=hun hunter2",
        "host=h password=hun hunter2=x",
        "host=h password='hunter2",
        "host=h password=hunter2 port=x",
        "host=h password=hunter2 port=0x1",
        "postgres://ada:hunter2@h/%ff",
    ] {
        let error = Address::parse(text).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{text}: {error}");
        let error = error.to_string();
        assert!(error.contains("postgres://USER:PASSWORD@HOST"), "{text}: {error}");
        assert!(!error.contains("hun"), "{text}: {error}");
    }
}

#[test]
fn each_server_is_tried_as_sslmode_says() {
    let tried = |text: &str| {
        let each = Address::parse(text).unwrap().each();
        each.iter().map(|one| format!("{one} {}", one.mode.name())).collect::<Vec<_>>()
    };
    assert_eq!(
        tried("postgres://u@a,b:1,[::1]:2/d?sslmode=disable"),
        ["a:5432/d disable", "b:1/d disable", "[::1]:2/d disable",]
    );
    assert_eq!(tried("postgres://u@a/d"), ["a:5432/d require", "a:5432/d disable"]);
    assert_eq!(
        tried("host=a user=u dbname=d sslmode=allow"),
        ["a:5432/d disable", "a:5432/d require"]
    );
    assert_eq!(
        tried("host=a,b port=1,2 user=u sslmode=require"),
        ["a:1/u require", "b:2/u require"]
    );
    assert_eq!(tried("postgres://u@a/d?port=5433&sslmode=disable"), ["a:5433/d disable"]);
    #[cfg(unix)]
    for text in [
        "postgres:///d?host=/run/x&user=u&sslmode=require",
        "postgres://u@%2Frun%2Fx/d",
        "host=/run/x user=u dbname=d",
        "postgres://u@/d?host=%2Frun%2Fx",
    ] {
        assert_eq!(tried(text), ["the socket /run/x/.s.PGSQL.5432/d disable"], "{text}");
        let url = Address::parse(text).unwrap().url();
        assert_eq!(tried(&url), tried(text), "{url}");
    }
}
