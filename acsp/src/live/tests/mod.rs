//! The board, drawn to a buffer and compared with `tests/boards/*.txt`. `UPDATE_FIXTURES=1` writes those files.

mod fields;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientEvent, ClientLoaded, Command, Event, Gear, LapCompleted, LapTime,
    LeaderboardEntry, NewConnection, SessionInfo, SessionType, Vec3,
};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::keys::Action;
use super::state::State;
use super::{board, columns, table, without_colors};
use crate::feed;
use crate::text;
use fields::field;

fn session() -> Event {
    Event::NewSession(SessionInfo {
        session_count: 1,
        server_name: "A server".to_owned(),
        track: "square".to_owned(),
        name: "Sprint".to_owned(),
        session_type: SessionType::Race,
        laps: 5,
        ambient_temp: 22,
        road_temp: 27,
        ..SessionInfo::default()
    })
}

fn join(car: u8, name: &str) -> [Event; 2] {
    let connection = NewConnection {
        car_id: CarId(car),
        driver_name: name.to_owned(),
        driver_guid: format!("7656119000000000{car}"),
        ..NewConnection::default()
    };
    let loaded = ClientLoaded { car_id: CarId(car) };
    [Event::NewConnection(connection), Event::ClientLoaded(loaded)]
}

/// On a square track with sides of 100 m.
fn update(car: u8, along: f32) -> Event {
    let side = along * 4.0;
    let rest = side.fract() * 100.0;
    let (x, z) = match side as u8 {
        0 => (rest, 0.0),
        1 => (100.0, rest),
        2 => (100.0 - rest, 100.0),
        _ => (0.0, 100.0 - rest),
    };
    Event::CarUpdate(CarUpdate {
        car_id: CarId(car),
        position: Vec3::new(x, 0.0, z),
        velocity: Vec3::new(50.0, 0.0, 0.0),
        gear: Gear(5),
        engine_rpm: 7000,
        normalized_spline_pos: along,
    })
}

/// A lap, and the laps and total times of all.
fn lap(car: u8, lap_time: u32, cuts: u8, leaderboard: &[(u8, u16, u32)]) -> Event {
    Event::LapCompleted(LapCompleted {
        car_id: CarId(car),
        lap_time: LapTime(lap_time),
        cuts,
        grip_level: Some(0.975),
        leaderboard: leaderboard
            .iter()
            .map(|&(car, laps, total)| LeaderboardEntry {
                car_id: CarId(car),
                laps,
                lap_time: LapTime(total),
                ..LeaderboardEntry::default()
            })
            .collect(),
        ..LapCompleted::default()
    })
}

fn race() -> State {
    let mut events = vec![session()];
    events.extend(join(0, "Alice"));
    events.extend(join(1, "Bob\u{1b}[31m"));
    events.extend(join(2, "Chloé"));
    for step in 0..200 {
        events.push(update(0, step as f32 / 200.0));
    }
    events.push(update(1, 0.4));
    events.push(update(2, 0.1));
    events.push(lap(0, 90_000, 0, &[(0, 1, 90_000), (1, 0, 0), (2, 0, 0)]));
    events.push(lap(1, 91_500, 0, &[(0, 1, 90_000), (1, 1, 91_500), (2, 0, 0)]));
    events.push(lap(2, 95_000, 1, &[(0, 1, 90_000), (1, 1, 91_500), (2, 1, 95_000)]));
    events.push(lap(0, 92_000, 0, &[(0, 2, 182_000), (1, 1, 91_500), (2, 1, 95_000)]));
    events.push(lap(1, 89_000, 0, &[(1, 2, 180_500), (0, 2, 182_000), (2, 1, 95_000)]));
    events.push(Event::ClientEvent(ClientEvent {
        car_id: CarId(2),
        impact_speed: 31.4,
        ..ClientEvent::default()
    }));
    events.push(Event::Chat(Chat { car_id: CarId(1), message: "sorry\u{7}".to_owned() }));
    let mut state = State::default();
    for event in &events {
        state.apply(event);
    }
    state
}

fn draw(state: &mut State, width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    board::draw(state, area, &mut buffer);
    buffer
}

fn shown(buffer: &Buffer) -> String {
    let row = |y| {
        let mut row = String::new();
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            // A wide character takes two cells.
            x += u16::try_from(text::width(symbol)).unwrap().max(1);
        }
        format!("{}\n", row.trim_end())
    };
    (buffer.area.top()..buffer.area.bottom()).map(row).collect()
}

/// The style of the cell where a text begins.
fn color_of(buffer: &Buffer, wanted: &str, nth: usize) -> (Color, Modifier) {
    let area = buffer.area;
    let found = (area.top()..area.bottom())
        .flat_map(|y| (area.left()..area.right()).map(move |x| (x, y)))
        .filter(|&(x, y)| {
            let rest: String = (x..area.right()).map(|x| buffer[(x, y)].symbol()).collect();
            rest.starts_with(wanted)
        })
        .nth(nth);
    let cell = &buffer[found.unwrap_or_else(|| panic!("{wanted} is not shown:\n{}", shown(buffer)))];
    (cell.fg, cell.modifier)
}

/// The state is looked at as text in `tests/boards/{name}.txt`.
fn assert_looks_as_in(name: &str, state: &mut State, width: u16, height: u16) {
    let shown = shown(&draw(state, width, height));
    let file = format!("{}/tests/boards/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
        std::fs::write(&file, &shown).unwrap();
    }
    assert_eq!(shown, std::fs::read_to_string(&file).unwrap(), "{file}");
    assert!(!shown.contains(|character: char| character.is_control() && character != '\n'));
}

#[test]
fn the_board_looks_like_this() {
    for (width, height) in [(80, 24), (160, 50)] {
        assert_looks_as_in(&format!("{width}x{height}"), &mut race(), width, height);
    }
}

#[test]
fn a_race_looks_like_this() {
    for (cars, width, height) in
        [(5, 60, 20), (24, 60, 20), (5, 80, 24), (60, 80, 24), (24, 120, 36), (24, 200, 50), (60, 200, 50)]
    {
        let mut state = field(SessionType::Race, cars, 230_000);
        assert_looks_as_in(&format!("race-{cars}-{width}x{height}"), &mut state, width, height);
    }
}

#[test]
fn a_qualifying_looks_like_this() {
    for (cars, width, height) in [(24, 60, 20), (24, 80, 24), (5, 120, 36), (24, 200, 50)] {
        let mut state = field(SessionType::Qualify, cars, 230_000);
        assert_looks_as_in(&format!("qualify-{cars}-{width}x{height}"), &mut state, width, height);
    }
}

#[test]
fn a_selected_driver_has_a_panel() {
    for (width, height) in [(80, 24), (160, 50)] {
        let mut state = field(SessionType::Race, 24, 230_000);
        draw(&mut state, width, height);
        for _ in 0..4 {
            state.key(KeyEvent::from(KeyCode::Down));
        }
        assert_looks_as_in(&format!("selected-{width}x{height}"), &mut state, width, height);
    }
}

#[test]
fn the_keys_are_shown() {
    let mut state = field(SessionType::Race, 5, 100_000);
    press(&mut state, "?");
    assert_looks_as_in("keys-80x24", &mut state, 80, 24);
    press(&mut state, "x");
    assert!(!shown(&draw(&mut state, 80, 24)).contains("the session's best"));
}

/// The table alone, with all its rows.
fn table_lines(state: &State, width: u16) -> Vec<String> {
    let rows = state.rows();
    let area = Rect::new(0, 0, width, u16::try_from(rows.len()).unwrap() + 1);
    let mut buffer = Buffer::empty(area);
    table::draw(state, &rows, area, &mut buffer);
    shown(&buffer).lines().map(str::to_owned).collect()
}

#[test]
fn no_number_is_cut_at_any_width() {
    for session_type in [SessionType::Race, SessionType::Qualify] {
        let state = field(session_type, 24, 230_000);
        let rows = state.rows();
        let whole: BTreeSet<String> = columns::of(session_type)
            .iter()
            .filter(|column| column.is_number())
            .flat_map(|column| rows.iter().map(|row| column.value(row)))
            .flat_map(|value| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let mut most = 0;
        for width in 40..=200 {
            let lines = table_lines(&state, width);
            for line in &lines[1..] {
                assert!(text::width(line) <= usize::from(width), "{line}");
                let numbers = line.split_whitespace().filter(|word| word.contains(['.', ':', '+']));
                for number in numbers.clone() {
                    assert!(whole.contains(number), "{number:?} at {width}:\n{}", lines.join("\n"));
                }
                assert!(numbers.count() > 0, "{line}");
            }
            let columns = lines[0].split_whitespace().count();
            assert!(columns >= most, "{width} shows less than less room did:\n{}", lines.join("\n"));
            most = columns;
        }
        assert_eq!(most, columns::of(session_type).len() - 1, "all but the tyres");
    }
}

#[test]
fn wrong_telemetry_pushes_nothing_out() {
    let mut state = race();
    let before = table_lines(&state, 100)[0].clone();
    for velocity in [f32::MAX, f32::NAN, f32::INFINITY] {
        let Event::CarUpdate(wrong) = update(0, 0.3) else { unreachable!() };
        state.apply(&Event::CarUpdate(CarUpdate { velocity: Vec3::new(velocity, 0.0, 0.0), ..wrong }));
        assert_eq!(table_lines(&state, 100)[0], before);
    }
}

#[test]
fn laps_are_coloured_as_on_television() {
    let buffer = draw(&mut race(), 80, 24);
    // Bob's last lap is the fastest of all, Alice's best is her own, Chloé's was cut.
    assert_eq!(color_of(&buffer, "1:29.000*", 1).0, Color::Magenta);
    assert_eq!(color_of(&buffer, "1:29.000*", 2).0, Color::Magenta);
    assert_eq!(color_of(&buffer, "1:35.000!", 0).0, Color::Red);
    assert_eq!(color_of(&buffer, "1:32.000 ", 0).0, Color::Yellow);
    assert_eq!(color_of(&buffer, "1:30.000 ", 0).0, Color::Reset);
    let mut state = race();
    state.apply(&lap(0, 89_500, 0, &[(1, 2, 180_500), (0, 3, 271_500), (2, 1, 95_000)]));
    assert_eq!(color_of(&draw(&mut state, 80, 24), "1:29.500+", 0).0, Color::Green);
}

#[test]
fn no_size_is_too_small() {
    let mut state = race();
    for mode in [KeyCode::Null, KeyCode::Char('c'), KeyCode::Esc, KeyCode::Char('n')] {
        state.key(KeyEvent::from(mode));
        for width in (0..130).step_by(7) {
            for height in [0, 1, 2, 3, 5, 10, 17, 30] {
                draw(&mut state, width, height);
            }
        }
    }
    draw(&mut State::default(), 80, 24);
}

#[test]
fn without_colors_the_signs_remain() {
    let mut buffer = draw(&mut race(), 80, 24);
    without_colors(&mut buffer);
    assert!(buffer.content.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    assert!(color_of(&buffer, "RACE", 0).1.contains(Modifier::REVERSED));
    assert!(shown(&buffer).contains("1:29.000*") && shown(&buffer).contains("1:35.000!"));
}

/// The positions of the rows that are shown.
fn seen(state: &mut State) -> BTreeSet<u16> {
    let shown = shown(&draw(state, 80, 24));
    let position = |line: &str| line.chars().skip(1).take(3).collect::<String>().trim().parse().ok();
    shown.lines().skip(3).take_while(|line| !line.contains(" cars ·")).filter_map(position).collect()
}

#[test]
fn paging_and_selecting_show_every_car() {
    let key = |state: &mut State, code| assert_eq!(state.key(KeyEvent::from(code)), None);
    for (down, up) in [(KeyCode::PageDown, KeyCode::PageUp), (KeyCode::Down, KeyCode::Up)] {
        let mut state = field(SessionType::Race, 60, 30_000);
        let first = seen(&mut state);
        assert!(first.len() > 8, "{first:?}");
        let mut all = BTreeSet::new();
        for _ in 0..61 {
            all.extend(seen(&mut state));
            key(&mut state, down);
        }
        assert_eq!(all.len(), 60);
        let last = seen(&mut state);
        for _ in 0..61 {
            key(&mut state, up);
        }
        assert_eq!(seen(&mut state), first);
        key(&mut state, KeyCode::End);
        assert_eq!(seen(&mut state), last);
        key(&mut state, KeyCode::Home);
        assert_eq!(seen(&mut state), first);
    }
}

#[test]
fn the_selected_driver_stays_in_sight() {
    let mut state = field(SessionType::Race, 60, 30_000);
    draw(&mut state, 80, 24);
    state.key(KeyEvent::from(KeyCode::Down));
    let selected = state.selected.unwrap();
    press(&mut state, "ssss");
    for height in [24, 12, 7] {
        let buffer = draw(&mut state, 80, height);
        assert!(shown(&buffer).contains("▶ 1 "), "{selected}: {}", shown(&buffer));
    }
    assert_eq!(state.key(KeyEvent::from(KeyCode::Esc)), None);
    assert_eq!(state.selected, None);
}

#[test]
fn no_two_numbers_of_the_map_touch() {
    for cars in [5, 24, 60] {
        let mut state = field(SessionType::Race, cars, 30_000);
        for (width, height) in [(60, 20), (80, 24), (120, 36), (200, 50)] {
            let shown = shown(&draw(&mut state, width, height));
            let track = shown.lines().skip_while(|line| !line.contains("Track")).skip(1);
            // The map is the last box of a line.
            let map: Vec<&str> = track
                .map_while(|line| line.trim_end().strip_suffix('│'))
                .filter_map(|line| line.rsplit('│').next())
                .collect();
            let words = map.iter().flat_map(|line| line.split(|sign: char| !sign.is_ascii_digit()));
            let words = words.filter(|word| !word.is_empty());
            let numbers: Vec<_> = words.map(|word| word.parse::<u8>().unwrap()).collect();
            let each: BTreeSet<_> = numbers.iter().collect();
            assert!(numbers.len() >= 3 && each.len() == numbers.len(), "{shown}");
            assert!(numbers.iter().all(|number| (1..=cars).contains(number)), "{shown}");
        }
    }
}

#[test]
fn a_contact_is_told_once() {
    let contact = |car: u8, other: Option<u8>, impact_speed: f32| {
        Event::ClientEvent(ClientEvent {
            car_id: CarId(car),
            other_car_id: other.map(CarId),
            impact_speed,
            ..ClientEvent::default()
        })
    };
    let mut state = race();
    let mut told = |at: u64, event: &Event| {
        state.advance_to(Duration::from_millis(at));
        state.apply(event).len()
    };
    assert_eq!(told(0, &contact(0, Some(1), 20.0)), 1);
    assert_eq!(told(30, &contact(1, Some(0), 19.0)), 0, "the other car's report");
    assert_eq!(told(60, &contact(0, Some(2), 21.0)), 1, "with another car");
    assert_eq!(told(90, &contact(0, None, 22.0)), 1);
    assert_eq!(told(120, &contact(0, None, 23.0)), 1);
    assert_eq!(told(5000, &contact(1, Some(0), 24.0)), 1, "another contact");
    assert_eq!(told(5010, &contact(0, Some(1), 25.0)), 0);
    assert_eq!(told(5020, &contact(0, Some(1), 26.0)), 1, "a third one");
}

#[test]
fn a_sent_chat_shows_up() {
    let mut state = race();
    state.tell_sent(&Command::BroadcastChat { message: "gg\u{1b}".to_owned() });
    state.tell_sent(&Command::NextSession);
    let newest = state.race.feed.lines().next().unwrap();
    assert_eq!((newest.topic, newest.text.as_str()), (feed::Topic::Chat, "you: gg\\u{1b}"));
}

#[test]
fn the_words_about_silence_are_whole() {
    let words = "nothing listens on 127.0.0.1:11000 (port unreachable): is the server running, and is its \
                 UDP_PLUGIN_LOCAL_PORT 11000? (`acsp doctor 127.0.0.1:12000 127.0.0.1:11000` finds out more)";
    let mut state = State::default();
    state.trouble = Some(words.to_owned());
    for width in [40, 60, 80, 200] {
        let shown = shown(&draw(&mut state, width, 20));
        let all: Vec<&str> = shown.split_whitespace().collect();
        assert!(all.join(" ").contains(words), "{shown}");
    }
}

#[test]
fn what_is_wrong_is_said_until_something_comes() {
    let mut state = State::default();
    state.trouble = Some("no server answers".to_owned());
    let buffer = draw(&mut state, 80, 24);
    assert_eq!(color_of(&buffer, "no server answers", 0).0, Color::Red);
    state.apply(&session());
    assert!(!shown(&draw(&mut state, 80, 24)).contains("no server answers"));
}

fn press(state: &mut State, keys: &str) -> Vec<Action> {
    keys.chars().filter_map(|key| state.key(KeyEvent::from(KeyCode::Char(key)))).collect()
}

#[test]
fn keys() {
    let mut state = race();
    assert_eq!(press(&mut state, "q"), [Action::Quit]);
    assert_eq!(state.key(KeyEvent::from(KeyCode::Esc)), Some(Action::Quit));
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(state.key(interrupt), Some(Action::Quit));

    assert_eq!(press(&mut state, "ny"), [Action::Send(Command::NextSession)]);
    assert_eq!(press(&mut state, "nn"), []);
    assert_eq!(press(&mut state, "ry"), [Action::Send(Command::RestartSession)]);
    assert!(
        shown(&{
            press(&mut state, "r");
            draw(&mut state, 80, 24)
        })
        .contains("restart the session for everybody on the server? y / n")
    );
    assert_eq!(press(&mut state, "x"), []);

    assert_eq!(press(&mut state, "chquit"), []);
    assert!(shown(&draw(&mut state, 80, 24)).contains("chat: hquit"));
    state.key(KeyEvent::from(KeyCode::Backspace));
    let sent = Command::BroadcastChat { message: "hqui".to_owned() };
    assert_eq!(state.key(KeyEvent::from(KeyCode::Enter)), Some(Action::Send(sent)));
    press(&mut state, "c");
    assert_eq!(press(&mut state, &"x".repeat(300)), []);
    match state.key(KeyEvent::from(KeyCode::Enter)) {
        Some(Action::Send(command)) => assert!(command.encode().is_ok()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sorting_and_pausing() {
    let order = |state: &State| state.rows().iter().map(|row| row.car_id().0).collect::<Vec<_>>();
    let mut state = race();
    assert_eq!(order(&state), [1, 0, 2]);
    press(&mut state, "ssss");
    assert_eq!(order(&state), [0, 1, 2]);
    press(&mut state, "s");
    press(&mut state, "p");
    state.apply(&lap(2, 80_000, 0, &[(2, 3, 170_000), (1, 2, 180_500), (0, 2, 182_000)]));
    assert_eq!(order(&state), [1, 0, 2]);
    assert!(shown(&draw(&mut state, 80, 24)).contains("PAUSED"));
    press(&mut state, "p");
    assert_eq!(order(&state), [2, 1, 0]);
    assert!(!shown(&draw(&mut state, 80, 24)).contains("PAUSED"));
}
