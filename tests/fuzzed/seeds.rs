//! Valid inputs, to be damaged.

use std::io::{Cursor, Write};

use pglings::exercise::{exercise, submission};

fn texts(all: &[&str]) -> Vec<Vec<u8>> {
    all.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub(crate) fn command_line() -> Vec<Vec<u8>> {
    texts(&[
        "lesson\n7\n--no-pause\n--echo\n--from\n2",
        "check\n7\ninsert\n--json",
        "grade\nsubs\n--roster\nr.csv\n--partition\n1/8\n--jobs\n4\n--format\nhtml,csv",
        "grade\nmerge\na\nb\n--out\nc",
        "--server\npostgres://ada:pw@h:5432/db\n--color\nnever\n--plain\nlist",
        "server\npsql\npglings_r_1",
        "dev\nnew\nname\n--module\n6\n--number\n61",
        "reset\n--all\n--yes",
        "--help",
        "completions\nbash",
    ])
}

/// Turns as `holds::wire` reads them: side, type, length, body.
pub(crate) fn recorder() -> Vec<Vec<u8>> {
    let turn = |side: u8, tag: u8, body: &[u8]| [&[side, tag, body.len() as u8], body].concat();
    let row_of_n = [&[0, 1][..], b"n\0", &[0; 6], &23_u32.to_be_bytes(), &[0; 8]].concat();
    let bind = [&b"\0s\0"[..], &[0, 1, 0, 1, 0, 1], &[0, 0, 0, 4, 0, 0, 0, 7], &[0, 0]].concat();
    let simple = [
        vec![0],
        turn(0, b'Q', b"BEGIN; SELECT 1\0"),
        turn(1, b'C', b"BEGIN\0"),
        turn(1, b'T', &row_of_n),
        turn(1, b'D', &[0, 1, 0, 0, 0, 1, b'1']),
        turn(1, b'C', b"SELECT 1\0"),
        turn(1, b'Z', b"T"),
    ];
    let extended = [
        vec![0],
        turn(0, b'P', b"s\0SELECT $1\0\0\0"),
        turn(0, b'D', b"Ss\0"),
        turn(0, b'S', b""),
        turn(1, b'1', b""),
        turn(1, b't', &[0, 1, 0, 0, 0, 23]),
        turn(1, b'T', &row_of_n),
        turn(1, b'Z', b"I"),
        turn(0, b'B', &bind),
        turn(0, b'E', b"\0\0\0\0\0"),
        turn(0, b'S', b""),
        turn(1, b'2', b""),
        turn(1, b'E', b"SERROR\0C42601\0Mno\0P1\0\0"),
        turn(1, b'Z', b"E"),
    ];
    let copy = [
        vec![0],
        turn(0, b'Q', b"COPY t FROM STDIN\0"),
        turn(1, b'G', &[0, 0, 1, 0, 0]),
        turn(0, b'd', b"1\n"),
        turn(0, b'c', b""),
        turn(1, b'C', b"COPY 1\0"),
        turn(1, b'Z', b"I"),
    ];
    let raw = [vec![1], turn(2, 0, &[0, 0, 0, 8, 4, 210, 22, 47]), turn(3, 0, b"N")];
    vec![simple.concat(), extended.concat(), copy.concat(), raw.concat()]
}

pub(crate) fn passes_through() -> Vec<Vec<u8>> {
    let mut seeds = recorder();
    seeds.push((0..200_000_u32).map(|at| (at.wrapping_mul(at) >> 3) as u8).collect());
    seeds
}

/// The index of the type, a name, and the bytes.
pub(crate) fn values() -> Vec<Vec<u8>> {
    let numeric = [0, 3, 0, 1, 64, 0, 0, 4, 0, 1, 9, 41, 26, 133];
    let element = [&1700_u32.to_be_bytes()[..], &[0, 0, 0, 1, 0, 0, 0, 1]].concat();
    let array = [&[0, 0, 0, 1, 0, 0, 0, 1][..], &element, &[0, 0, 0, 14], &numeric].concat();
    let date = 9498_i32.to_be_bytes();
    let mut seeds = vec![
        [&[27, 0][..], &numeric].concat(),
        [&[25, 0][..], &array].concat(),
        [&[31, 1][..], &array].concat(),
        [&[31, 0, 0, 2, 0, 0][..], &1_f32.to_be_bytes(), &2_f32.to_be_bytes()].concat(),
        [&[20, 0][..], &date].concat(),
    ];
    seeds.extend((0..32).map(|oid| [&[oid, 0][..], &[0; 16]].concat()));
    seeds
}

pub(crate) fn comparison() -> Vec<Vec<u8>> {
    vec![(0..60).collect(), vec![1; 60], (0..60).map(|at: u8| at.wrapping_mul(7) % 13).collect()]
}

pub(crate) fn lesson_source() -> Vec<Vec<u8>> {
    let lesson = "//! # A title\n//!\n//! Words.\n\nuse a::b;\n\n/// ## One\n///\n/// First.\n\
         pub const ONE: Sql = sql(\"SELECT 1\");\n\n/// ## Two\npub async fn two(out: &mut Out) {\n\
         }\n\nstruct Helper {\n    a: i32,\n}\n\nlesson! { fixture: EMPTY, steps: [ONE, two] }\n";
    texts(&[lesson, "///\n///\n", "//!# a\r\n/// b\r\npub fn c() {}\r\n"])
}

pub(crate) fn stubs() -> Vec<Vec<u8>> {
    let solution = exercise("7").unwrap().solution;
    texts(&[
        solution,
        "fn a() {\n    // todo: say \"one\"\n    1\n    // end\n}\n",
        "const A: &str =\n    // blank\n    \"a\";\n    // end\n// why: so\n",
        "// todo: // blank\n// todo: x\n",
    ])
}

pub(crate) fn prompts() -> Vec<Vec<u8>> {
    texts(&[
        "SELECT 'a''b', \"c\" -- d\n;",
        "DO $x$ b $y$ $x$; /* e */",
        "SELECT $1 / 2 - 1;",
        "$名$ ' $名$",
    ])
}

/// Width, position, SQL.
pub(crate) fn server_errors() -> Vec<Vec<u8>> {
    texts(&[
        "\u{14}\u{9}SELECT 'é',\n  '名', nope",
        "\u{50}\u{48}\u{3000}\u{3000}\u{3000}  SELECT abc, abc, abc, abc, abc, abc, abc, abc, abc, abc, nope FROM users",
        "\u{0}\u{30}\u{1b}[31mSELECT\u{1b}]0;名名名名名名名名名名名名名\u{7}\t\ta, b, c, d, e, f",
    ])
}

pub(crate) fn transcripts() -> Vec<Vec<u8>> {
    texts(&[
        "rows per second\nloop  ▏ 12\nCOPY  ████ 5,000",
        "a\u{1b}[2Jb\u{202e}\r\nc",
        "one\n\ntwo\n",
    ])
}

pub(crate) fn addresses() -> Vec<Vec<u8>> {
    texts(&[
        "postgres://ada:p%40ss@h:5432/db?sslmode=disable",
        "host=/run user=ada port=1 dbname='a b' connect_timeout=3",
        "postgres://%2Frun%2Fpg/db",
        "postgres://[::1]:5433,b:7/db?target_session_attrs=any",
        "h:port/db",
        "@",
    ])
}

pub(crate) fn submissions() -> Vec<Vec<u8>> {
    let answer = b"pub fn f() {}\n".as_slice();
    let path = "exercises/m1_raw_sql/07_insert.rs";
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in [path, "../x", "a/b.zip", "pglings.json"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(answer).unwrap();
    }
    let mut tar = tar::Builder::new(Vec::new());
    for name in [path, "04_select.rs"] {
        let mut header = tar::Header::new_gnu();
        header.set_size(answer.len() as u64);
        tar.append_data(&mut header, name, answer).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&tar).unwrap();
    let kinds: [(u8, Vec<u8>); 4] = [
        (0, zip.finish().unwrap().into_inner()),
        (1, tar),
        (2, gz.finish().unwrap()),
        (0, packed().remove(0)),
    ];
    kinds.into_iter().map(|(kind, bytes)| [vec![kind], bytes].concat()).collect()
}

pub(crate) fn packed() -> Vec<Vec<u8>> {
    let answers = [(exercise("7").unwrap(), "pub fn f() {}\n".to_owned())];
    vec![submission::pack(&answers).unwrap()]
}

pub(crate) fn rosters() -> Vec<Vec<u8>> {
    texts(&[
        "id,name\nada,Ada Lovelace\nbo,\"Bo, Jr.\"\n",
        "\u{feff}Student ID;First Name;Last Name;Email\r\n1;Ada;Lovelace;a@b\r\n",
        "SIS User ID\tStudent\n7\tMüller, Jürgen\n",
    ])
}

pub(crate) fn courses() -> Vec<Vec<u8>> {
    texts(&[
        "name = \"Databases\"\ndue = 2026-11-21T23:59:00+01:00\ncredit = \"whole\"\npoints = 3\n\
         [exercises]\nselect = 5\n\"07_insert\" = 2\n",
        "due = \"2026-11-21T23:59:00Z\"\nexercises = { insert = 0x10 }\n",
    ])
}

pub(crate) fn journals() -> Vec<Vec<u8>> {
    texts(&[
        "{\"engine\":\"e\",\"key\":\"a\",\"graded\":{\"exercise\":\"07_insert\",\"text\":\"x\",\
         \"status\":\"passed\",\"checks\":[],\"message\":\"\",\"output\":\"\"}}\n{\"engine\"\n",
    ])
}

pub(crate) fn progress() -> Vec<Vec<u8>> {
    texts(&["{\"version\":1,\"last_lesson\":\"07_insert\",\"steps\":{\"07_insert\":3},\
         \"done\":{\"03_relational_model\":true},\
         \"exercises\":{\"07_insert\":{\"answer\":\"ab\",\"status\":\"passed\",\"hints\":2}}}"])
}

pub(crate) fn gradebooks() -> Vec<Vec<u8>> {
    texts(&[
        "</script><script>alert(1)</script><!-- \" ' & ]]>",
        "=cmd|' /C calc'!A0;\r\n@SUM(1)\t+1,\"",
        "\u{1b}[31m\u{202e}\u{0}\u{fffe}\u{2028}名\u{200d}",
    ])
}
