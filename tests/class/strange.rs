//! Submissions of all kinds that are none, and names that attack what shows them: each is told beside
//! its learner, and the others have what they would have had.

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::symlink;
use std::path::Path;

use pglings::exercise::exercise;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::generator::write;
use crate::world;

/// Zeros that unpack to more than a submission may be, and a file beside the root.
fn bomb() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.start_file("../../../exercises/m1_raw_sql/08_select.rs", options).unwrap();
    zip.write_all(b"fn main() {}").unwrap();
    zip.start_file("exercises/m1_raw_sql/07_insert.rs", options).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..80 {
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn strange_submissions_and_names_harm_nobody() {
    let insert = exercise("7").unwrap();
    let folder = world::folder();
    let handed = folder.path().join("submissions");
    let at = |who: &str| handed.join(who).join("07_insert.rs");
    write(&at("ada"), insert.solution.as_bytes());
    write(&handed.join("bob.zip"), &bomb());
    fs::create_dir_all(handed.join("cyd")).unwrap();
    symlink("/etc/passwd", at("cyd")).unwrap();
    write(&at("dan"), &[0, 159, 146, 150, 255]);
    write(&handed.join("eva.tar.gz"), b"\x1f\x8b\x08 cut off");
    let hostile = "\u{1b}[2Jowned\u{7}\n\u{202e}=1+1<script>alert(1)<";
    write(&at(hostile), b"fn main() { println!(\"\\x1b[2J\"); }");
    let out = folder.path().join("graded");
    let ran = grade(folder.path(), &handed, &out);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stderr.contains("Sandbox: none. Answers can do whatever this user can."),
        "{ran:?}"
    );
    for text in [&ran.stdout, &ran.stderr] {
        let moves = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!text.contains(moves), "{text:?}");
    }
    assert!(ran.stdout.contains("6 learners"), "{ran:?}");
    let text = fs::read(out.join("gradebook.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let learners = json["learners"].as_array().unwrap();
    let of =
        |id: &str| learners.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id}"));
    assert_eq!(of("ada")["marks"][insert.stem]["status"], "passed", "{json}");
    assert_eq!(of("ada")["notes"], serde_json::json!([]));
    for id in ["bob", "cyd", "eva"] {
        let notes = of(id)["notes"].as_array().unwrap();
        assert!(!notes.is_empty(), "{id}: {json}");
        assert!(ran.stdout.contains(&format!("{id}: ")), "{ran:?}");
    }
    assert_ne!(of("dan")["marks"][insert.stem]["message"], "", "{json}");
    let page = fs::read_to_string(out.join("gradebook.html")).unwrap();
    assert!(!page.contains("<script>alert"));
    assert!(!String::from_utf8(text).unwrap().contains("root:x:"), "no link is followed");
}

fn grade(place: &Path, handed: &Path, out: &Path) -> world::Ran {
    let mut command = world::pglings(&world::home("home-class"), place);
    command.args(["grade", "--exercise", "7", "--sandbox", "none", "--out"]).arg(out).arg(handed);
    world::run(&mut command)
}
