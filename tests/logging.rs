//! What the client writes into the application's log. In a process of its own: there is one logger.

use log::Level;
use support::{Server, chat, expect_event};

#[test]
fn chat_is_logged_at_trace_level_only_and_escaped() {
    support::log::keep();
    let server = Server::start();
    let mut client = server.client();
    let secret = "/admin pa\u{1b}ss";
    server.send(&client, &chat(secret));
    // Also where it cannot be decoded: its last character is missing.
    let whole = chat(secret).encode().unwrap();
    server.send_bytes(&client, &whole[..whole.len() - 1]);
    expect_event(&mut client);
    client.wait_event(support::PATIENCE).unwrap_err();
    client.admin_command(secret).unwrap();
    client.broadcast_chat(secret).unwrap();

    let log = support::log::kept();
    let told: Vec<_> = log.iter().filter(|(_, line)| line.contains("/admin")).collect();
    assert_eq!(told, [&(Level::Trace, r#"received ACSP_CHAT car 0: "/admin pa\u{1b}ss""#.to_owned())]);
    assert!(log.iter().any(|(level, line)| *level == Level::Debug && line.contains("ACSP_ADMIN_COMMAND")));
    assert!(log.iter().all(|(_, line)| !line.contains(char::is_control)), "{log:?}");
}
