use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, Command, ConnectionClosed, EndSession, Event,
    LapCompleted, NewConnection, NewSession, Ping, SectorCompleted, ServerError, SessionInfo, TyreChange,
    UnknownPacket, Version,
};
use acudpclient::{CommandSender, Error, Subscriber};
use support::{PATIENCE, Server, chat, expect_event};

/// Writes down which of its methods were called.
#[derive(Default)]
struct Diary(Vec<String>);

macro_rules! note_every_call {
    ($($method:ident($packet:ty)),* $(,)?) => {
        impl Subscriber for Diary {
            $(fn $method(&mut self, _packet: &$packet) {
                self.0.push(stringify!($method).to_owned());
            })*
        }
    };
}
note_every_call!(
    on_event(Event),
    on_new_session(NewSession),
    on_new_connection(NewConnection),
    on_connection_closed(ConnectionClosed),
    on_car_update(CarUpdate),
    on_car_info(CarInfo),
    on_end_session(EndSession),
    on_version(Version),
    on_chat(Chat),
    on_client_loaded(ClientLoaded),
    on_session_info(SessionInfo),
    on_error(ServerError),
    on_lap_completed(LapCompleted),
    on_client_event(ClientEvent),
    on_sector_completed(SectorCompleted),
    on_tyre_change(TyreChange),
    on_ping(Ping),
    on_unknown(UnknownPacket),
);

fn one_of_each() -> Vec<(Event, &'static str)> {
    vec![
        (Event::NewSession(SessionInfo::default()), "on_new_session"),
        (Event::NewConnection(NewConnection::default()), "on_new_connection"),
        (Event::ConnectionClosed(NewConnection::default()), "on_connection_closed"),
        (Event::CarUpdate(CarUpdate::default()), "on_car_update"),
        (Event::CarInfo(CarInfo::default()), "on_car_info"),
        (Event::EndSession(EndSession::default()), "on_end_session"),
        (Event::Version(Version::default()), "on_version"),
        (Event::Chat(Chat::default()), "on_chat"),
        (Event::ClientLoaded(ClientLoaded::default()), "on_client_loaded"),
        (Event::SessionInfo(SessionInfo::default()), "on_session_info"),
        (Event::Error(ServerError::default()), "on_error"),
        (Event::LapCompleted(LapCompleted::default()), "on_lap_completed"),
        (Event::ClientEvent(ClientEvent::default()), "on_client_event"),
        (Event::SectorCompleted(SectorCompleted::default()), "on_sector_completed"),
        (Event::TyreChange(TyreChange::default()), "on_tyre_change"),
        (Event::Ping(Ping::default()), "on_ping"),
        (Event::Unknown(UnknownPacket { packet_id: 153, payload: vec![] }), "on_unknown"),
    ]
}

#[test]
fn every_event_calls_on_event_and_its_own_method_through_every_holder() {
    for (event, method) in one_of_each() {
        let expected = ["on_event", method];

        let mut plain = Diary::default();
        event.dispatch(&mut plain);
        assert_eq!(plain.0, expected);

        let mut borrowed = Diary::default();
        event.dispatch(&mut &mut borrowed);
        assert_eq!(borrowed.0, expected);

        let mut boxed = Box::new(Diary::default());
        event.dispatch(&mut boxed);
        assert_eq!(boxed.0, expected);

        let shared = Arc::new(Mutex::new(Diary::default()));
        let mut boxed_dyn: Box<dyn Subscriber + Send> = Box::new(shared.clone());
        event.dispatch(&mut boxed_dyn);
        assert_eq!(shared.lock().unwrap().0, expected);
    }
}

#[test]
fn a_subscriber_without_methods_ignores_everything() {
    struct Deaf;
    impl Subscriber for Deaf {}
    for (event, _) in one_of_each() {
        event.dispatch(&mut Deaf);
    }
}

/// Appends its name to a list that all share.
struct Witness {
    name: &'static str,
    list: Arc<Mutex<Vec<&'static str>>>,
}

impl Subscriber for Witness {
    fn on_chat(&mut self, _chat: &Chat) {
        self.list.lock().unwrap().push(self.name);
    }
}

#[test]
fn subscribers_are_called_in_order_before_the_event_is_returned() {
    let server = Server::start();
    let mut client = server.client();
    let list = Arc::new(Mutex::new(Vec::new()));
    let [first, second, third] =
        ["first", "second", "third"].map(|name| client.subscribe(Witness { name, list: list.clone() }));
    let hear = |client: &mut _| {
        server.send(client, &chat("hello"));
        expect_event(client);
        std::mem::take(&mut *list.lock().unwrap())
    };
    assert_eq!(hear(&mut client), ["first", "second", "third"]);

    let mut back = client.unsubscribe(second).unwrap();
    chat("directly").dispatch(&mut back);
    assert_eq!(std::mem::take(&mut *list.lock().unwrap()), ["second"]);
    assert!(client.unsubscribe(second).is_none());
    assert_eq!(hear(&mut client), ["first", "third"]);

    let again = client.subscribe(back);
    assert_ne!(again, second);
    assert_eq!(hear(&mut client), ["first", "third", "second"]);

    for id in [first, third, again] {
        assert!(client.unsubscribe(id).is_some());
    }
    assert!(hear(&mut client).is_empty());
}

#[test]
fn subscribers_see_every_event_once_however_it_is_fetched_and_no_undecodable_one() {
    let server = Server::start();
    let mut client = server.client();
    let diary = Arc::new(Mutex::new(Diary::default()));
    client.subscribe(diary.clone());
    for datagram in [&[58, 1][..], &[58], &[56, 4], &[153]] {
        server.send_bytes(&client, datagram);
    }
    expect_event(&mut client);
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::Decode(_))));
    while client.next_event().unwrap().is_none() {}
    while client.drain(1).next().is_none() {}
    assert_eq!(
        diary.lock().unwrap().0,
        ["on_event", "on_client_loaded", "on_event", "on_version", "on_event", "on_unknown"]
    );
}

#[test]
fn a_handler_can_act() {
    struct Greeter(CommandSender);
    impl Subscriber for Greeter {
        fn on_client_loaded(&mut self, loaded: &ClientLoaded) {
            self.0.send_chat(loaded.car_id, "welcome").unwrap();
        }
    }
    let server = Server::start();
    let mut client = server.client();
    let commands = client.commands();
    client.subscribe(Greeter(commands));
    server.send_bytes(&client, &[58, 3]);
    expect_event(&mut client);
    assert_eq!(server.receive(), Command::SendChat { car_id: CarId(3), message: "welcome".to_owned() });
}

#[test]
fn a_handler_that_panicked_goes_on_with_the_next_event() {
    #[derive(Default)]
    struct Fragile {
        heard: u32,
    }
    impl Subscriber for Fragile {
        fn on_chat(&mut self, chat: &Chat) {
            self.heard += 1;
            assert_ne!(chat.message, "boo");
        }
    }
    let server = Server::start();
    let mut client = server.client();
    let fragile = Arc::new(Mutex::new(Fragile::default()));
    client.subscribe(fragile.clone());
    server.send(&client, &chat("boo"));
    assert!(catch_unwind(AssertUnwindSafe(|| expect_event(&mut client))).is_err());
    server.send(&client, &chat("hello"));
    assert_eq!(expect_event(&mut client), chat("hello"));
    let fragile = fragile.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    assert_eq!(fragile.heard, 2);
}

#[test]
fn a_handler_that_panics_does_not_keep_the_event_from_the_others() {
    struct Panics;
    impl Subscriber for Panics {
        fn on_chat(&mut self, chat: &Chat) {
            if chat.message == "boo" {
                std::panic::panic_any("frightened");
            }
        }
    }
    let server = Server::start();
    let mut client = server.client();
    let list = Arc::new(Mutex::new(Vec::new()));
    client.subscribe(Witness { name: "first", list: list.clone() });
    client.subscribe(Panics);
    client.subscribe(Witness { name: "second", list: list.clone() });

    server.send(&client, &chat("boo"));
    let panic = catch_unwind(AssertUnwindSafe(|| expect_event(&mut client))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"frightened"));
    assert_eq!(*list.lock().unwrap(), ["first", "second"]);

    server.send(&client, &chat("hello"));
    assert_eq!(expect_event(&mut client), chat("hello"));
    assert_eq!(*list.lock().unwrap(), ["first", "second", "first", "second"]);
}
