use acudpclient::protocol::{Command, SetSessionInfo, id};
use proptest::prelude::*;
use proptest::strategy::Union;

use super::{car_id, filled, session_type, unknown_packet, wide};

/// Any command that can be encoded.
pub fn command() -> impl Strategy<Value = Command> {
    let ids = (0..=255).filter(|&id| !id::is_command(id));
    prop_oneof![12 => known_command(), 1 => unknown_packet(ids).prop_map(Command::Unknown)]
}

pub fn known_command() -> impl Strategy<Value = Command> {
    Union::new([
        any::<u16>().prop_map(|interval_ms| Command::RealtimeposInterval { interval_ms }).boxed(),
        car_id().prop_map(|car_id| Command::GetCarInfo { car_id }).boxed(),
        (car_id(), wide()).prop_map(|(car_id, message)| Command::SendChat { car_id, message }).boxed(),
        wide().prop_map(|message| Command::BroadcastChat { message }).boxed(),
        any::<i16>().prop_map(|session_index| Command::GetSessionInfo { session_index }).boxed(),
        set_session_info().prop_map(Command::SetSessionInfo).boxed(),
        car_id().prop_map(|car_id| Command::KickUser { car_id }).boxed(),
        Just(Command::NextSession).boxed(),
        Just(Command::RestartSession).boxed(),
        wide().prop_map(|command| Command::AdminCommand { command }).boxed(),
        Just(Command::EnableEnhancedReporting).boxed(),
        any::<i64>().prop_map(|unix_ms| Command::RequestPing { unix_ms }).boxed(),
    ])
}

fn set_session_info() -> impl Strategy<Value = SetSessionInfo> {
    filled!(SetSessionInfo {
        session_index: any::<u8>(),
        name: wide(),
        session_type: session_type(),
        laps: any::<u32>(),
        time: any::<u32>(),
        wait_time: any::<u32>(),
    })
}
