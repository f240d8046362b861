//! Asks an address for its session, and says what has come of it.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use acudpclient::Event;
use acudpclient::protocol::Command;

/// A question is asked again after this time, as it may be lost.
const AGAIN: Duration = Duration::from_millis(400);

/// What has come of a question.
#[derive(Debug)]
pub enum Answer {
    /// A packet of the server, from this address.
    Event(Box<Event>, SocketAddr),
    /// A datagram from this address that is no packet of a server.
    Other(SocketAddr, usize),
    /// The machine answers that nothing listens there.
    NothingListens,
    /// The system cannot send there, or not from here.
    NotSent(io::Error),
    Silence,
}

/// Asks for the session and hears that server alone, so that the system tells if nothing listens there.
pub fn ask(socket: &UdpSocket, server: SocketAddr, patience: Duration) -> io::Result<Answer> {
    socket.connect(server)?;
    converse(socket, patience, |question| socket.send(question))
}

/// Asks for the session and hears everybody.
pub fn ask_and_hear_all(socket: &UdpSocket, server: SocketAddr, patience: Duration) -> io::Result<Answer> {
    converse(socket, patience, |question| socket.send_to(question, server))
}

fn converse(
    socket: &UdpSocket,
    patience: Duration,
    mut send: impl FnMut(&[u8]) -> io::Result<usize>,
) -> io::Result<Answer> {
    let question = Command::GetSessionInfo { session_index: -1 }.encode().map_err(io::Error::other)?;
    let mut buffer = vec![0; 65_535];
    let mut other = None;
    let end = Instant::now() + patience;
    let mut refused = 0;
    while Instant::now() < end {
        match send(&question) {
            Ok(_) => {}
            Err(error) if is_refusal(&error) => refused += 1,
            Err(error) => return Ok(Answer::NotSent(error)),
        }
        let next = end.min(Instant::now() + AGAIN);
        while let Some(left) = next.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            socket.set_read_timeout(Some(left))?;
            match socket.recv_from(&mut buffer) {
                Ok((length, sender)) => match Event::decode(&buffer[..length]) {
                    Ok(event) if !matches!(event, Event::Unknown(_)) => {
                        return Ok(Answer::Event(Box::new(event), sender));
                    }
                    _ => other = Some(Answer::Other(sender, length)),
                },
                Err(error) if is_refusal(&error) => refused += 1,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
                // Whatever else the network says is no answer.
                Err(_) => {}
            }
            // One refusal can be of a server that is just being restarted.
            if refused > 1 {
                return Ok(Answer::NothingListens);
            }
        }
    }
    Ok(other.unwrap_or(if refused > 0 { Answer::NothingListens } else { Answer::Silence }))
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}
