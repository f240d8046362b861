//! What the user is told about a server that is missing, and how often.

use std::io;
use std::slice::from_ref;
use std::time::{Duration, Instant};

use acudpclient::protocol::{CarId, Chat};
use acudpclient::sim::SimServer;
use acudpclient::{AcUdpClient, Error, Event};
use support::PATIENCE;

use super::{Notice, Outage};

fn hello() -> Vec<u8> {
    Event::from(Chat { car_id: CarId(0), message: "hello".to_owned() }).encode().unwrap()
}

struct Program {
    server: SimServer,
    client: AcUdpClient,
    outage: Outage,
}

impl Program {
    fn start() -> Self {
        let server = SimServer::scripted().unwrap();
        let client = AcUdpClient::bind("127.0.0.1:0", server.local_addr()).unwrap();
        server.set_plugin_addr(client.local_addr());
        Self { client, server, outage: Outage::new() }
    }

    fn no_server(&self) -> Error {
        Error::ServerUnreachable { server: self.client.server_addr() }
    }

    /// What a turn of the program's loop tells if the client returns this.
    fn take(&mut self, result: Result<Option<Event>, Error>) -> Vec<Notice> {
        let mut told = Vec::new();
        let received = self.outage.check(&self.client, result.clone(), |notice| told.push(notice.clone()));
        match result {
            Err(error) if !error.is_recoverable() => assert_eq!(received, Err(error)),
            result => assert_eq!(received, Ok(result.ok())),
        }
        told
    }

    /// What it tells when this comes after a silence.
    fn receive(&mut self, datagram: &[u8]) -> Vec<Notice> {
        assert_eq!(self.client.next_event(), Ok(None));
        self.server.send_bytes(datagram).unwrap();
        let received = self.client.wait_event(PATIENCE);
        self.take(received)
    }
}

#[test]
fn a_missing_server_is_told_once_and_so_is_its_return() {
    let mut program = Program::start();
    let hello = hello();
    let (local, server) = (program.client.local_addr(), program.server.local_addr());
    let doctor = format!(" (`acsp doctor {local} {server}` finds out more)");
    let missing = Notice::Missing(program.no_server().to_string() + &doctor);
    let back = Notice::Back(format!("the server on {} is there", program.server.local_addr()));
    assert_eq!(program.receive(&hello), []);
    for _ in 0..2 {
        assert_eq!(program.take(Err(program.no_server())), from_ref(&missing));
        for _ in 0..100 {
            assert_eq!(program.take(Err(program.no_server())), []);
            assert_eq!(program.take(Ok(None)), []);
        }
        assert_eq!(program.receive(&hello), from_ref(&back));
        assert_eq!(program.receive(&hello), []);
    }
    // What cannot be decoded comes from a server, too.
    assert_eq!(program.take(Err(program.no_server())), [missing]);
    let told = program.receive(&[57, 1]);
    assert_eq!(told[0], back);
    assert!(matches!(&told[1..], [Notice::Trouble(line)] if line.starts_with("undecodable")), "{told:?}");
}

#[test]
fn each_undecodable_datagram_is_told() {
    let mut program = Program::start();
    for _ in 0..3 {
        let told = program.receive(&[57, 1]);
        assert!(matches!(&told[..], [Notice::Trouble(_)]), "{told:?}");
    }
}

#[test]
fn other_errors_are_told_once_until_something_comes() {
    let mut program = Program::start();
    let full = Error::SendBufferFull { server: program.server.local_addr() };
    let trouble = Notice::Trouble(full.to_string());
    for _ in 0..2 {
        assert_eq!(program.take(Err(full.clone())), from_ref(&trouble));
        assert_eq!(program.take(Err(full.clone())), []);
        // The server was not missing.
        assert_eq!(program.receive(&hello()), []);
    }
}

#[test]
fn an_error_that_ends_the_client_is_given_back() {
    let mut program = Program::start();
    let message = "the socket is gone";
    let end = Error::Io { message: message.to_owned(), error: io::Error::other(message).into() };
    assert_eq!(program.take(Err(end)), []);
}

#[test]
fn silence_is_explained_once() {
    let start = Instant::now();
    let mut program = Program::start();
    let turn = |program: &mut Program| {
        let received = program.client.wait_event(Duration::from_millis(20));
        program.take(received)
    };
    let told = loop {
        let told = turn(&mut program);
        if !told.is_empty() {
            break told;
        }
        assert!(start.elapsed() < PATIENCE, "nothing is told");
    };
    assert!(start.elapsed() >= Duration::from_secs(5), "{told:?} after {:?}", start.elapsed());
    assert!(
        matches!(&told[..], [Notice::Missing(line)] if line.contains("UDP_PLUGIN_ADDRESS") && line.contains("acsp doctor 127.0.0.1:")),
        "{told:?}"
    );
    for _ in 0..10 {
        assert_eq!(turn(&mut program), []);
    }
    let told = program.receive(&hello());
    assert!(matches!(&told[..], [Notice::Back(_)]), "{told:?}");
}
