//! What stands around the program: completions, the manual page, the editor's tasks.

use std::fs;
use std::path::Path;

use clap::{CommandFactory, Parser};
use pglings::cli::Cli;

use crate::world::{Ran, WORLD};

fn verbs() -> Vec<String> {
    Cli::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}

/// The program where there is no workbook.
fn elsewhere(args: &[&str]) -> Ran {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = WORLD.command(&WORLD.home);
    Ran::of(command.args(args).current_dir(nowhere.path()).output().unwrap())
}

#[test]
fn completions_know_the_verbs_and_the_lessons_anywhere() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = elsewhere(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        for word in verbs() {
            assert!(ran.stdout.contains(&word), "{shell}: {word}");
        }
        // The other two complete flags and verbs alone.
        if ["bash", "zsh", "fish"].contains(&shell) {
            assert!(ran.stdout.contains("under_the_hood"), "{shell}");
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the shell itself tells what it would complete")]
fn bash_completes_the_name_of_a_lesson() {
    let script = elsewhere(&["completions", "bash"]).stdout;
    let ask = "COMP_WORDS=(pglings check ins); COMP_CWORD=2; _pglings pglings ins check; \
               echo \"${COMPREPLY[@]}\"";
    let Ok(output) =
        std::process::Command::new("bash").args(["-c", &format!("{script}\n{ask}")]).output()
    else {
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "insert", "{output:?}");
}

#[test]
fn the_manual_page_has_every_verb_with_its_arguments() {
    let ran = elsewhere(&["man"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains(".TH pglings 1"), "{}", ran.stdout);
    for verb in verbs() {
        assert!(ran.stdout.contains(&format!(".SS \"pglings {verb}")), "{verb}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("\\-\\-no\\-pause"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("pglings\\-lesson"), "no pages that do not exist");
}
