//! What has to hold for any bytes, tried with proptest.
//!
//! Each property is a function of bytes in `fuzzed/holds`; the targets of `cargo fuzz` call the same
//! ones. The bytes here are valid inputs with some damage, the same in every run. `PROPTEST_CASES`
//! asks for another number of cases, and then for other bytes each time.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "fuzzed/found.rs"]
mod found;
#[path = "fuzzed/holds/mod.rs"]
mod holds;
#[path = "fuzzed/seeds.rs"]
mod seeds;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How many cases a property gets, so that all of them take a few seconds.
const CASES: u32 = 250;

/// A place, how many bytes go there, and what comes instead.
type Edit = (prop::sample::Index, usize, Vec<u8>);

/// One of these inputs with up to five edits, or no input at all.
fn damaged(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        vec(any::<u8>(), 0..6),
        vec(0..4_u8, 0..8),
        "[ \t\r\n\"'/<>&;,=.0-9{}\\[\\]$aé名\u{1b}\u{202e}\u{0}-]{0,12}"
            .prop_map(String::into_bytes),
        prop::sample::select(seeds.clone()),
    ];
    let edit = (any::<prop::sample::Index>(), 0..9_usize, piece);
    let edits = vec(edit, 0..6);
    let damaged =
        (prop::sample::select(seeds), edits).prop_map(|(seed, edits)| edited(seed, edits));
    prop_oneof![
        6 => damaged,
        1 => vec(any::<u8>(), 0..200),
        1 => "\\PC{0,80}".prop_map(String::into_bytes),
    ]
}

/// Bytes that a failure shows as a literal.
#[derive(Clone)]
struct Input(Vec<u8>);

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

fn edited(mut bytes: Vec<u8>, edits: Vec<Edit>) -> Vec<u8> {
    for (place, gone, piece) in edits {
        let from = place.index(bytes.len() + 1);
        let to = (from + gone).min(bytes.len());
        bytes.splice(from..to, piece);
    }
    bytes
}

/// Tries a property on damaged inputs.
fn hold(property: fn(&[u8]), seeds: Vec<Vec<u8>>, cases: u32) {
    let given = std::env::var_os("PROPTEST_CASES").is_some();
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = if given {
        TestRunner::new(config)
    } else {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        TestRunner::new_with_rng(Config { cases, ..config }, rng)
    };
    let tried = runner.run(&damaged(seeds).prop_map(Input), |input| {
        property(&input.0);
        Ok(())
    });
    if let Err(failure) = tried {
        panic!("{failure}");
    }
}

macro_rules! properties {
    ($($name:ident: $cases:expr;)*) => {$(
        #[test]
        fn $name() {
            hold(holds::$name, seeds::$name(), $cases);
        }
    )*
        type Seeds = fn() -> Vec<Vec<u8>>;
        const ALL: &[(&str, Seeds)] = &[$((stringify!($name), seeds::$name)),*];
    };
}

properties! {
    command_line: CASES;
    recorder: CASES;
    passes_through: 25;
    values: CASES * 4;
    comparison: CASES * 2;
    lesson_source: CASES;
    stubs: CASES;
    prompts: CASES;
    server_errors: CASES;
    transcripts: CASES;
    addresses: CASES;
    submissions: CASES;
    packed: CASES;
    rosters: CASES;
    courses: CASES;
    journals: CASES;
    progress: CASES;
    gradebooks: 60;
}

/// `fuzz/` is not built with the rest. One opens ports, which libFuzzer would run out of.
#[test]
fn each_property_is_a_target_of_cargo_fuzz() {
    let fuzz = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for (name, _) in ALL.iter().filter(|(name, _)| *name != "passes_through") {
        let target = std::fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs")));
        assert!(target.is_ok_and(|text| text.contains(&format!("holds::{name}(data)"))), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

/// Writes the inputs that libFuzzer begins with.
#[test]
#[ignore = "writes to fuzz/corpus"]
fn corpus_for_cargo_fuzz() {
    for (name, seeds) in ALL {
        let corpus =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        std::fs::create_dir_all(&corpus).unwrap();
        for (number, seed) in seeds().iter().enumerate() {
            std::fs::write(corpus.join(format!("seed-{number}")), seed).unwrap();
        }
    }
}
