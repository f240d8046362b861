use std::time::Duration;

use acudpclient::AcUdpClient;
use acudpclient::protocol::{CarId, Command, Event, id};
use acudpclient::relay::{Permissions, Relay};
use acudpclient::sim::SimServer;
use support::{PATIENCE, Server, chat, expect_event};

use crate::{client, eventually, host, local_addr, plugin, receive, socket, stats};

#[test]
fn bytes_pass_unchanged_to_the_plugins() {
    let server = Server::start();
    let [a, b] = [socket(), socket()];
    let relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("a", &a, Permissions::none()))
        .plugin(plugin("b", &b, Permissions::none()))
        .start()
        .unwrap();
    let with_more = [chat("gg").encode().unwrap(), vec![7; 50]].concat();
    let datagrams: [&[u8]; 11] = [
        &[250, 1, 2, 3],
        &[150],
        &[0; 1400],
        &[99; 9000],
        &[id::KICK_USER, 3],
        &with_more,
        // Nobody can read these.
        &[],
        &[id::CHAT, 3],
        &[id::CAR_UPDATE],
        &[id::CAR_INFO],
        &[id::SESSION_INFO, 4, 0],
    ];
    for datagram in datagrams {
        server.send_bytes(relay.client(), datagram);
        assert_eq!((receive(&a), receive(&b)), (datagram.to_vec(), datagram.to_vec()));
    }
    eventually("the host has them as well", || relay.stats().waiting == 11);
}

#[test]
fn bytes_pass_unchanged_to_the_server() {
    let server = Server::start();
    let a = socket();
    let relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("a", &a, Permissions::all()))
        .start()
        .unwrap();
    let padded = [Command::GetCarInfo { car_id: CarId(3) }.encode().unwrap(), vec![0; 98]].concat();
    let datagrams: [&[u8]; 7] = [
        &[250, 1, 2, 3],
        &[0],
        &[7; 9000],
        &padded,
        &[id::NEXT_SESSION, 9],
        &[id::KICK_USER],
        &[id::CHAT, 1],
    ];
    for datagram in datagrams {
        a.send_to(datagram, local_addr(&relay, "a")).unwrap();
        assert_eq!(server.receive_bytes(), (datagram.to_vec(), relay.client().local_addr()));
    }
    assert_eq!(stats(&relay, "a").forwarded, 7);
}

#[test]
fn three_relays_in_a_row() {
    let server = SimServer::scripted().unwrap();
    let [second_socket, third_socket, a] = [socket(), socket(), socket()];
    let next = |above: &Relay, socket| {
        AcUdpClient::builder().receive_in_background(1 << 20).from_socket(socket, local_addr(above, "next"))
    };
    let first = Relay::builder(host(server.local_addr()))
        .plugin(plugin("next", &second_socket, Permissions::all()))
        .start()
        .unwrap();
    let mut second = Relay::builder(next(&first, second_socket).unwrap())
        .plugin(plugin("next", &third_socket, Permissions::all()))
        .start()
        .unwrap();
    let third = Relay::builder(next(&second, third_socket).unwrap())
        .plugin(plugin("a", &a, Permissions::all()))
        .start()
        .unwrap();
    let mut a = client(&third, "a", a);

    a.enable_realtime_report(Duration::from_millis(200)).unwrap();
    let asked = Command::RealtimeposInterval { interval_ms: 200 };
    assert_eq!(server.wait_command(PATIENCE), Some(asked.clone()));
    second.commands().enable_realtime_report(Duration::from_millis(500)).unwrap();
    assert_eq!(server.wait_command(PATIENCE), Some(asked));

    // Each answer goes to its asker alone.
    assert_eq!(a.fetch_car_info(CarId(3), PATIENCE).unwrap().car_id, CarId(3));
    assert_eq!(second.client_mut().fetch_car_info(CarId(4), PATIENCE).unwrap().car_id, CarId(4));
    server.send_bytes(&[250, 1, 2, 3]).unwrap();
    for client in [&mut a, second.client_mut()] {
        assert!(matches!(expect_event(client), Event::Unknown(packet) if packet.payload == [1, 2, 3]));
    }
    a.broadcast_chat("hello").unwrap();
    let hello = Command::BroadcastChat { message: "hello".to_owned() };
    assert_eq!(server.wait_command_where(PATIENCE, |command| *command == hello), Some(hello));
}
