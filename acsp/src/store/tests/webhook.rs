//! The webhook, and a receiver that answers it.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;

/// Answers each request with one of these; hands over the bodies.
fn receiver(answers: Vec<&'static str>) -> (SocketAddr, Receiver<String>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, (sender, bodies)) = (socket.local_addr().unwrap(), mpsc::channel());
    thread::spawn(move || {
        for answer in answers {
            let mut stream = socket.accept().unwrap().0;
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.ends_with(b"}") {
                let length = stream.read(&mut buffer).unwrap();
                assert_ne!(length, 0, "the request ends early");
                request.extend_from_slice(&buffer[..length]);
            }
            let request = String::from_utf8(request).unwrap();
            write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            sender.send(request.split_once("\r\n\r\n").unwrap().1.to_owned()).unwrap();
        }
    });
    (address, bodies)
}

fn fallen() -> FallenRecord {
    let person = |name: &str| Person { guid: ANN.to_owned(), name: name.to_owned() };
    FallenRecord {
        combination: Combination {
            track: "monza".to_owned(),
            layout: String::new(),
            car_model: "ks_car".to_owned(),
        },
        server: "A server".to_owned(),
        driver: person("@everyone **x** [a](https://x.example) \u{202e}\n"),
        lap_time: 91_000,
        completed_at: 0,
        previous_driver: person(""),
        previous_lap_time: 91_250,
    }
}

#[test]
fn a_webhook_is_told_again_until_it_hears() {
    let (address, bodies) =
        receiver(vec!["503 Busy", "429 Slow down\r\nRetry-After: 0.01", "204 No Content", "404 Gone"]);
    let webhook = Webhook::new(&format!("http://{address}/secret"), None).unwrap();
    let (sender, troubles) = mpsc::channel();
    let teller =
        Teller::start_at(webhook, Duration::from_millis(10), move |trouble| sender.send(trouble).unwrap());
    assert!(teller.tell(&fallen()));
    let told: Vec<_> = (0..3).map(|_| bodies.recv_timeout(PATIENCE).unwrap()).collect();
    assert_eq!((&told[1], &told[2]), (&told[0], &told[0]));
    let json: serde_json::Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!(
        (&json["type"], &json["track"], &json["lap_time"]),
        (&"record".into(), &"monza".into(), &91_000.into())
    );
    assert!(teller.tell(&fallen()));
    let trouble = troubles.recv_timeout(PATIENCE).unwrap();
    assert!(trouble.contains("404") && !trouble.contains("secret"), "{trouble}");
}

#[test]
fn discord_mentions_nobody_and_shows_names_as_they_are() {
    for url in
        ["https://discord.com/api/webhooks/1/x", "https://ptb.discord.com/x", "https://discordapp.com/x"]
    {
        let body = Webhook::new(url, None).unwrap().body(&fallen());
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["allowed_mentions"], serde_json::json!({ "parse": [] }));
        let content = json["content"].as_str().unwrap();
        let name =
            r"by \@everyone \*\*x\*\* \[a\]\(https\:\/\/x\.example\) , 0.250 s faster than an unnamed one";
        assert!(content.contains(name), "{content}");
        assert!(content.contains(r"on monza with ks\_car: **1:31.000**"), "{content}");
    }
    let other = Webhook::new("https://notdiscord.com/x", None).unwrap();
    assert!(other.body(&fallen()).contains(r#""type":"record""#));
    for wrong in ["", "discord.com/x", "ftp://discord.com/x", "https://"] {
        assert!(Webhook::new(wrong, None).is_err(), "{wrong}");
    }
}

#[test]
fn a_store_tells_its_webhook() {
    let (address, bodies) = receiver(vec!["200 OK"]);
    let path = new_file("webhook");
    let webhook = Some(Webhook::new(&format!("http://{address}/"), None).unwrap());
    let store = Store::start(Settings { webhook, ..settings(&path) }).unwrap();
    let mut listener = Listener::with(store, Duration::ZERO);
    listener.hear(announcement());
    listener.join(0, "Ann", ANN);
    listener.lap(0, 92_000, 0);
    listener.lap(0, 91_000, 0);
    assert!(bodies.recv_timeout(PATIENCE).unwrap().contains("91000"));
    listener.close();
}
