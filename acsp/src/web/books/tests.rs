use std::time::{Duration, UNIX_EPOCH};

use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Chat, ClientEvent, LapCompleted, LapTime, LeaderboardEntry, NewSession,
    SessionType, Vec3,
};
use acudpclient::sim::{ServerKind, Session, SimServer};
use serde_json::{Map, Value, json};

use super::*;

fn books() -> Books {
    let program = Program { name: "acsp", version: "0", simulated: true, admin: false, store: false };
    Books::new(Settings { program, speed: 1.0, content: None }, "a")
}

fn live() -> ServerState {
    ServerState { status: Status::Live, since_at: 1, text: None }
}

fn data(event: &[u8]) -> Value {
    let text = std::str::from_utf8(event).unwrap();
    serde_json::from_str(text.split_once("\ndata: ").unwrap().1).unwrap()
}

fn by_car(rows: &Value) -> Map<String, Value> {
    rows.as_array().unwrap().iter().map(|row| (row["car_id"].to_string(), row.clone())).collect()
}

fn put_over(target: &mut Value, source: &Value) {
    if let (Some(target), Some(source)) = (target.as_object_mut(), source.as_object()) {
        target.extend(source.clone());
    }
}

/// What the page does with an update, see `API.md`.
fn take(state: &mut Value, update: &Value) {
    let mut rows = by_car(&state["rows"]);
    rows.extend(by_car(&update["rows"]));
    let order = update["order"].as_array().unwrap().iter().map(|moving| {
        let mut row = rows[&moving["car_id"].to_string()].clone();
        put_over(&mut row, moving);
        row
    });
    state["rows"] = order.collect();
    let lines = update["feed"].as_array().unwrap().iter().chain(state["feed"].as_array().unwrap());
    state["feed"] = lines.take(FEED).cloned().collect();
    for key in ["run", "seq", "sent_at", "server", "versions", "session"] {
        if let Some(value) = update.get(key) {
            state[key] = value.clone();
        }
    }
    let clock = update["clock"].clone();
    put_over(&mut state["session"], &clock);
}

#[test]
fn updates_lead_to_the_state() {
    let sessions =
        [Session::qualify(Duration::from_secs(180)), Session::race(2).wait(Duration::from_secs(5))];
    let simulation = SimServer::builder().cars(5).server(ServerKind::AcsmV2).sessions(sessions);
    let world = simulation.report_interval(Duration::from_millis(500)).world().unwrap();
    let (mut books, mut due, mut state) = (books(), Duration::ZERO, Value::Null);
    let mut updates = 0;
    for (now, event) in world {
        let at = UNIX_EPOCH + now;
        books.apply(&event, now, at);
        if now < due {
            continue;
        }
        due = now + Duration::from_millis(700);
        let published = books.update(&live(), now, at);
        let whole = data(&published.state_event);
        assert_eq!(whole, serde_json::from_slice::<Value>(&published.live).unwrap());
        if state.is_null() {
            state = whole;
            continue;
        }
        take(&mut state, &data(&published.update_event));
        assert_eq!(state, whole);
        updates += 1;
    }
    assert!(updates > 100 && state["versions"]["results"].as_u64() >= Some(1), "{state}");
}

#[test]
fn what_has_not_changed_is_not_told() {
    let mut books = books();
    books.apply(&Event::NewSession(NewSession::default()), Duration::ZERO, UNIX_EPOCH);
    let moves = |x| {
        Event::CarUpdate(CarUpdate {
            car_id: CarId(3),
            position: Vec3::new(x, 0.0, 0.0),
            ..CarUpdate::default()
        })
    };
    // Who reports so often drives, though nobody knows who it is.
    for _ in 0..20 {
        books.apply(&moves(1.0), Duration::from_secs(1), UNIX_EPOCH);
    }
    let first = data(&books.update(&live(), Duration::from_secs(1), UNIX_EPOCH).update_event);
    assert_eq!(first["rows"][0]["car_id"], 3);
    assert!(first["session"].is_object() && first["server"].is_object() && first["versions"].is_object());
    books.apply(&moves(f32::NAN), Duration::from_secs(2), UNIX_EPOCH);
    let second = data(&books.update(&live(), Duration::from_secs(2), UNIX_EPOCH).update_event);
    assert_eq!((&second["rows"], &second["feed"]), (&json!([]), &json!([])));
    assert_eq!((second.get("session"), second.get("server")), (None, None));
    assert_eq!((&second["order"][0]["x"], &second["order"][0]["z"]), (&Value::Null, &json!(0.0)));
    assert_eq!(second["clock"]["phase"], "running");
}

#[test]
fn standings_and_places_are_written_when_they_can_change() {
    let mut books = books();
    let mut update = |event: Option<Event>| {
        if let Some(event) = event {
            books.apply(&event, Duration::from_secs(1), UNIX_EPOCH);
        }
        let published = books.update(&live(), Duration::from_secs(1), UNIX_EPOCH);
        (published.standings, published.positions, data(&published.update_event))
    };
    let race = NewSession { session_type: SessionType::Race, laps: 5, ..NewSession::default() };
    update(Some(Event::NewSession(race)));
    let car_id = CarId(3);
    let entry = LeaderboardEntry { car_id, lap_time: LapTime(91_234), laps: 1, has_completed: false };
    let lap = LapCompleted {
        car_id,
        lap_time: LapTime(91_234),
        leaderboard: vec![entry],
        ..LapCompleted::default()
    };
    let first = update(Some(Event::LapCompleted(lap)));
    let place = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap()["cars"][0].clone();
    assert_eq!((&place(&first.1)["driver"], &place(&first.1)["positions"]), (&json!(""), &json!([1])));

    let contact = ClientEvent { car_id, ..ClientEvent::default() };
    for event in [
        Some(Event::Chat(Chat { car_id, message: "gg".to_owned() })),
        Some(Event::CarUpdate(CarUpdate { car_id, ..CarUpdate::default() })),
        Some(Event::ClientEvent(contact)),
        None,
    ] {
        let (standings, positions, told) = update(event.clone());
        // The same memory, not only the same text.
        assert_eq!(
            (standings.as_ptr(), positions.as_ptr()),
            (first.0.as_ptr(), first.1.as_ptr()),
            "{event:?}"
        );
        assert_eq!(told.get("versions"), None, "{event:?}");
    }

    // Who it was is told late.
    let info = CarInfo { car_id, is_connected: true, driver_name: "Rossi".to_owned(), ..CarInfo::default() };
    let (standings, positions, told) = update(Some(Event::CarInfo(info)));
    assert_eq!(place(&positions)["driver"], "Rossi");
    assert!(std::str::from_utf8(&standings).unwrap().contains("Rossi"));
    assert!(told["versions"]["positions"].is_u64(), "{told}");
}
