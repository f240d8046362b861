use std::time::{Duration, UNIX_EPOCH};

use acudpclient::protocol::{CarId, CarUpdate, NewSession, Vec3};
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
