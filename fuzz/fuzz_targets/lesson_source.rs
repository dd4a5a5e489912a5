#![no_main]

#[expect(dead_code, reason = "each target tries one of the properties")]
#[path = "../../tests/fuzzed/holds/mod.rs"]
mod holds;

libfuzzer_sys::fuzz_target!(|data: &[u8]| holds::lesson_source(data));
