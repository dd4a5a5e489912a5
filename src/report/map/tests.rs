use super::*;
use crate::exercise::map::Filter;
use crate::report::look::PLAIN;

fn place(number: u32, title: &str, walk: Walk, status: Option<Option<Status>>) -> Place {
    let exercise = status.map(|status| (format!("exercises/m/{number:02}.rs"), status));
    Place {
        number,
        title: title.into(),
        stem: "07_insert",
        minutes: 10,
        needs: None,
        walk,
        exercise,
    }
}

fn map() -> Map {
    let places = vec![
        place(1, "Why a database", Walk::Done, None),
        place(7, "INSERT: creating rows", Walk::Done, Some(Some(Status::Passed))),
        place(8, "SELECT: 名前 and other wide words in a title", Walk::LeftAt(3), Some(None)),
        place(9, "UPDATE", Walk::New, Some(Some(Status::DoesNotCompile))),
    ];
    let more = (10..30).map(|n| place(n, "More", Walk::New, Some(Some(Status::NotStarted))));
    let modules = vec![
        Chapter { number: 1, title: "Raw SQL", places },
        Chapter { number: 2, title: "sqlx", places: more.collect() },
        Chapter { number: 3, title: "Empty", places: Vec::new() },
    ];
    Map { modules, at: 8, ..Map::default() }
}

#[test]
fn no_screen_is_too_small_and_the_cursor_is_always_on_it() {
    for unicode in [true, false] {
        for width in [0, 1, 7, 20, 40, 59, 60, 80, 200] {
            for height in [0, 1, 2, 3, 6, 8, 24, 100] {
                for at in [1, 8, 29] {
                    let map = Map { at, ..map() };
                    let look = Look { width, unicode, ..PLAIN };
                    let lines = draw(&map, look, height);
                    let shown = lines.join("\n");
                    assert_eq!(lines.len(), height, "{width}x{height}\n{shown}");
                    for line in &lines {
                        assert!(display_width(line) <= width, "{width}x{height}: {line:?}");
                    }
                    let cursor = look.sign("▸ ", "> ");
                    assert!(width < 7 || height == 0 || shown.contains(cursor), "{width}x{height}");
                }
            }
        }
    }
}

#[test]
fn a_wide_screen_says_it_in_words() {
    let lines = draw(&map(), PLAIN, 24);
    let line = lines.iter().find(|line| line.contains("INSERT")).unwrap();
    assert!(line.starts_with("  ✓  7  INSERT") && line.ends_with("10 min  passed"), "{line}");
    let line = lines.iter().find(|line| line.contains("UPDATE")).unwrap();
    assert!(line.ends_with("does not compile"), "{line}");
    assert!(lines[1].contains("━━━━━━┄┄┄┄┄┄┄┄┄┄   3/7"), "{}", lines[1]);
    assert!(lines[22].contains("step 4"), "{}", lines[22]);
}

#[test]
fn filter_and_search_leave_what_they_name() {
    let numbers = |map: &Map| map.shown().map(|place| place.number).collect::<Vec<_>>();
    let mut map = Map { filter: Filter::Begun, ..map() };
    assert_eq!(numbers(&map), [8, 9]);
    map.step(5);
    assert_eq!(map.at, 9);
    map.filter = Filter::All;
    map.search = "why".into();
    map.settle();
    assert_eq!((numbers(&map), map.at), (vec![1], 1));
    map.search = "nothing like it".into();
    map.settle();
    map.step(1);
    assert!(draw(&map, PLAIN, 24)[1].contains("Nothing here"));
}

#[test]
fn text_is_good_on_a_narrow_screen_and_to_a_reader() {
    let narrow = text(&map(), Look { width: 40, ..PLAIN });
    assert!(narrow.lines().all(|line| display_width(line) <= 40), "{narrow}");
    assert!(
        narrow.contains(
            "◐  8  SELECT: 名前 and other wide words\n      in a title\n      10 min  begun"
        ),
        "{narrow}"
    );
    let heard = text(&map(), Look { spoken: true, unicode: false, ..PLAIN });
    let sentence = "Lesson 9, UPDATE: 10 minutes, not walked. Exercise does not compile.";
    assert!(heard.contains(sentence), "{heard}");
    assert!(heard.contains("Module 1: Raw SQL. 3 of 7 done."), "{heard}");
}

#[test]
fn a_lesson_says_what_it_needs() {
    let mut map = map();
    map.modules[0].places[3].needs = Some(17);
    for width in [60, 80, 200] {
        let look = Look { width, ..PLAIN };
        let wide = text(&map, look);
        assert!(wide.contains("does not compile, needs 17"), "{wide}");
        assert!(wide.lines().all(|line| display_width(line) <= width), "{wide}");
    }
    map.modules[0].places[3].exercise = None;
    assert!(text(&map, PLAIN).contains("needs PostgreSQL 17"));
    let spoken = text(&map, Look { spoken: true, ..PLAIN });
    assert!(spoken.contains("Needs PostgreSQL 17. No exercise."), "{spoken}");
}
