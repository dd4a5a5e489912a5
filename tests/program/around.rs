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

/// A file of the editor's, without its comments.
fn json(path: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(&path).unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    serde_json::from_str(&lines.collect::<String>()).unwrap_or_else(|e| panic!("{path:?}: {e}"))
}

#[test]
fn tasks_on_the_open_file_are_commands_of_pglings() {
    let tasks = json(".vscode/tasks.json");
    let mut of_file = 0;
    for task in tasks["tasks"].as_array().unwrap() {
        let args: Vec<&str> =
            task["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
        assert_eq!(task["command"], "cargo");
        let after = args.iter().position(|arg| *arg == "--").unwrap();
        let args: Vec<String> = args[after..]
            .iter()
            .map(|arg| arg.replace("${fileBasenameNoExtension}", "07_insert"))
            .collect();
        if args.iter().any(|arg| arg == "07_insert") {
            assert!(Cli::try_parse_from(&args).is_ok(), "{args:?}");
            of_file += 1;
        }
    }
    assert_eq!(of_file, 3);
    for path in
        [".vscode/settings.json", ".vscode/extensions.json", ".devcontainer/devcontainer.json"]
    {
        assert!(json(path).is_object());
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "cargo is asked what rust-analyzer asks it")]
fn every_exercise_is_a_target_that_rust_analyzer_finds() {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    let ask = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = cargo.args(ask).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let exercises = packages.iter().find(|package| package["name"] == "exercises").unwrap();
    for exercise in pglings::exercise::exercises() {
        let target = |target: &serde_json::Value| {
            let path = Path::new(target["src_path"].as_str().unwrap());
            path.ends_with(exercise.path()) && path.is_file()
        };
        assert!(exercises["targets"].as_array().unwrap().iter().any(target), "{}", exercise.stem);
    }
}
