//! The board, drawn to a buffer and compared with `tests/boards/*.txt`. `UPDATE_FIXTURES=1` writes those files.

use std::path::Path;

use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientEvent, ClientLoaded, Command, Event, Gear, LapCompleted, LapTime,
    LeaderboardEntry, NewConnection, SessionInfo, SessionType, Vec3,
};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use ratatui::widgets::Widget;

use super::board::Board;
use super::state::{Action, State};

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

fn draw(state: &State, width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    Board(state).render(area, &mut buffer);
    buffer
}

fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    (area.top()..area.bottom())
        .map(|y| {
            let row: String = (area.left()..area.right()).map(|x| buffer[(x, y)].symbol()).collect();
            format!("{}\n", row.trim_end())
        })
        .collect()
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
    let cell = &buffer[found.unwrap_or_else(|| panic!("{wanted} is not shown:\n{}", text(buffer)))];
    (cell.fg, cell.modifier)
}

#[test]
fn the_board_looks_like_this() {
    for (width, height) in [(80, 24), (160, 50)] {
        let shown = text(&draw(&race(), width, height));
        let file = format!("{}/tests/boards/{width}x{height}.txt", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
            std::fs::write(&file, &shown).unwrap();
        }
        assert_eq!(shown, std::fs::read_to_string(&file).unwrap(), "{file}");
        assert!(!shown.contains(|character: char| character.is_control() && character != '\n'));
    }
}

#[test]
fn laps_are_coloured_as_on_television() {
    let buffer = draw(&race(), 80, 24);
    // Bob's last lap is the fastest of all, Alice's best is her own, Chloé's was cut.
    assert_eq!(color_of(&buffer, "1:29.000", 1).0, Color::Magenta);
    assert_eq!(color_of(&buffer, "1:29.000", 2).0, Color::Magenta);
    assert_eq!(color_of(&buffer, "1:35.000", 0).0, Color::Red);
    assert_eq!(color_of(&buffer, "1:32.000", 0).0, Color::Reset);
    let mut state = race();
    state.apply(&lap(0, 89_500, 0, &[(1, 2, 180_500), (0, 3, 271_500), (2, 1, 95_000)]));
    assert_eq!(color_of(&draw(&state, 80, 24), "1:29.500", 0).0, Color::Green);
}

#[test]
fn no_size_is_too_small() {
    let mut state = race();
    for mode in [KeyCode::Null, KeyCode::Char('c'), KeyCode::Esc, KeyCode::Char('n')] {
        state.key(KeyEvent::from(mode));
        for width in (0..130).step_by(7) {
            for height in [0, 1, 2, 3, 5, 10, 17, 30] {
                draw(&state, width, height);
            }
        }
    }
    draw(&State::default(), 80, 24);
}

#[test]
fn more_cars_than_rows_are_counted() {
    let mut state = State::default();
    state.apply(&session());
    for car in 0..60 {
        for event in join(car, &format!("Driver {car}")) {
            state.apply(&event);
        }
    }
    let shown = text(&draw(&state, 80, 24));
    assert!(shown.contains("Driver 10") && shown.contains("49 more"), "{shown}");
}

#[test]
fn what_is_wrong_is_said_until_something_comes() {
    let mut state = State::default();
    state.trouble = Some("no server answers".to_owned());
    let buffer = draw(&state, 80, 24);
    assert_eq!(color_of(&buffer, "no server answers", 0).0, Color::Red);
    state.apply(&session());
    assert!(!text(&draw(&state, 80, 24)).contains("no server answers"));
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
        text(&{
            press(&mut state, "r");
            draw(&state, 80, 24)
        })
        .contains("restart the session for everybody on the server? y / n")
    );
    assert_eq!(press(&mut state, "x"), []);

    assert_eq!(press(&mut state, "chquit"), []);
    assert!(text(&draw(&state, 80, 24)).contains("chat: hquit"));
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
    let order = |state: &State| state.view().rows().iter().map(|row| row.car_id.0).collect::<Vec<_>>();
    let mut state = race();
    assert_eq!(order(&state), [1, 0, 2]);
    press(&mut state, "ssss");
    assert_eq!(order(&state), [0, 1, 2]);
    press(&mut state, "s");
    press(&mut state, "p");
    state.apply(&lap(2, 80_000, 0, &[(2, 3, 170_000), (1, 2, 180_500), (0, 2, 182_000)]));
    assert_eq!(order(&state), [1, 0, 2]);
    assert!(text(&draw(&state, 80, 24)).contains("PAUSED"));
    press(&mut state, "p");
    assert_eq!(order(&state), [2, 1, 0]);
    assert!(!text(&draw(&state, 80, 24)).contains("PAUSED"));
}
