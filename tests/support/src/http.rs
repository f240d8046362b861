//! Requests to a web server on loopback, in plain HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::process::PATIENCE;

/// An answer.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// With the first line.
    pub head: String,
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let named =
            |line: &&str| line.split_once(':').is_some_and(|(other, _)| other.eq_ignore_ascii_case(name));
        self.head
            .lines()
            .find(named)
            .and_then(|line| line.split_once(':'))
            .map_or("", |(_, value)| value.trim())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Sends what is given, and reads until the server closes the connection.
pub fn raw(address: &str, request: &[u8]) -> Response {
    let mut stream = connect(address);
    // A server that refuses may close before it has read everything.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer to {:?}", String::from_utf8_lossy(request)));
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Response {
        status: status.unwrap_or_else(|| panic!("no status: {head}")),
        head,
        body: answer[end + 4..].to_vec(),
    }
}

/// A request of version 1.0, whose answer ends with the connection. `headers` are lines with their ends.
pub fn request(address: &str, method: &str, path: &str, headers: &str, body: &str) -> Response {
    let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let host = if headers.contains("Host:") { String::new() } else { format!("Host: {address}\r\n") };
    raw(address, format!("{method} {path} HTTP/1.0\r\n{host}{length}{headers}\r\n{body}").as_bytes())
}

pub fn get(address: &str, path: &str) -> Response {
    request(address, "GET", path, "", "")
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A stream of server-sent events.
pub struct Events {
    pub reader: BufReader<TcpStream>,
}

/// One of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSentEvent {
    pub name: String,
    pub id: String,
    pub data: String,
}

impl Events {
    /// `headers` are lines with their ends.
    pub fn open(address: &str, path: &str, headers: &str) -> Self {
        Self::on(connect(address), path, headers)
    }

    /// The same on a connection that is there already.
    pub fn on(mut stream: TcpStream, path: &str, headers: &str) -> Self {
        let address = stream.peer_addr().unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n{headers}\r\n").unwrap();
        let mut reader = BufReader::new(stream);
        let mut status = String::new();
        reader.read_line(&mut status).unwrap();
        assert!(status.contains(" 200 "), "{status}");
        let mut line = status;
        while line.trim_end() != "" {
            line.clear();
            assert_ne!(reader.read_line(&mut line).unwrap(), 0);
        }
        Self { reader }
    }
}

impl Iterator for Events {
    type Item = ServerSentEvent;

    /// The next one with data; `None` when the server has closed the connection.
    fn next(&mut self) -> Option<ServerSentEvent> {
        let mut event = ServerSentEvent::default();
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end_matches('\n').split_once(": ") {
                Some(("event", name)) => event.name = name.to_owned(),
                Some(("id", id)) => event.id = id.to_owned(),
                Some(("data", data)) => event.data = data.to_owned(),
                Some(_) => {}
                None if event.data.is_empty() => event = ServerSentEvent::default(),
                None => return Some(event),
            }
        }
    }
}
