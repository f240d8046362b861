//! The table of packets. Each packet has one row here. It generates the packet's id, name, variant and handler, and
//! all code that handles every packet.
//!
//! `events!(name)` calls the macro `name!` with all rows of the events, and
//! `events!(name(arguments))` calls it with `(arguments)` before them. `commands!` does the same
//! for the commands. CONTRIBUTING.md says how to add a row.

/// The packets from the server to the plugin. A row is
///
/// ```text
/// /// What the variant of `Event` means.
/// ID NAME => Variant(Struct),
/// /// When the handler is called.
/// fn handler(parameter);
/// ```
///
/// `shared` after the struct means that another packet has the same struct, so there can be no `From<Struct>`.
macro_rules! events {
    ($callback:ident $($arguments:tt)?) => {
        $callback! {
            $($arguments)?

            /// A session starts. A starting acServer announces its first session twice, about 1.2 s apart (seen
            /// at every start); AssettoServer and ACSM v2 announce it once.
            50 NEW_SESSION => NewSession(NewSession) shared,
            /// A session starts, or a starting server announces it again.
            fn on_new_session(session);

            /// A driver has taken a slot and is loading. [`Event::ClientLoaded`] follows 12 to 36 s
            /// later (seen). It can come for a slot that never sent [`Event::ConnectionClosed`]
            /// (seen when a driver rejoins).
            51 NEW_CONNECTION => NewConnection(NewConnection) shared,
            /// A driver has taken a slot and is loading.
            fn on_new_connection(connection);

            /// A driver has left. A server may omit this packet.
            52 CONNECTION_CLOSED => ConnectionClosed(ConnectionClosed) shared,
            /// A driver has left.
            fn on_connection_closed(connection);

            /// Telemetry of one car, if the realtime report is on. AssettoServer sends it every 1000 ms unasked.
            53 CAR_UPDATE => CarUpdate(CarUpdate),
            /// Telemetry of one car.
            fn on_car_update(update);

            /// The answer to [`Command::GetCarInfo`](crate::protocol::Command::GetCarInfo).
            54 CAR_INFO => CarInfo(CarInfo),
            /// The answer to who sits in a slot.
            fn on_car_info(info);

            /// A session has ended. acServer sends it only if someone completed a lap, 1 to 26 ms before the next
            /// [`Event::NewSession`] (seen); AssettoServer at every change of session; ACSM v2 also after the next
            /// NEW_SESSION, and not at a restart.
            55 END_SESSION => EndSession(EndSession),
            /// A session has ended.
            fn on_end_session(end);

            /// The server has started. [`Event::NewSession`] follows 5 to 20 ms later (seen). On AssettoServer it
            /// is also the answer to a VERSION sent as a command.
            56 VERSION => Version(Version),
            /// The server has started.
            fn on_version(version);

            /// A driver or the server has written in the chat.
            57 CHAT => Chat(Chat),
            /// A line of the chat.
            fn on_chat(chat);

            /// A driver has finished loading and is on the track.
            58 CLIENT_LOADED => ClientLoaded(ClientLoaded),
            /// A driver has finished loading.
            fn on_client_loaded(loaded);

            /// The answer to [`Command::GetSessionInfo`](crate::protocol::Command::GetSessionInfo).
            /// ACSM v2 also sends it when the weather changes.
            59 SESSION_INFO => SessionInfo(SessionInfo) shared,
            /// The answer to a request for a session.
            fn on_session_info(session);

            /// The server refuses a command and says why.
            60 ERROR => Error(ServerError),
            /// The server refuses a command.
            fn on_error(error);

            /// A car has completed a lap.
            73 LAP_COMPLETED => LapCompleted(LapCompleted),
            /// A car has completed a lap.
            fn on_lap_completed(lap);

            /// A car has hit something.
            130 CLIENT_EVENT => ClientEvent(ClientEvent),
            /// A car has hit something.
            fn on_client_event(event);

            /// A car has completed a sector. ACSM v2 only, after
            /// [`Command::EnableEnhancedReporting`](crate::protocol::Command::EnableEnhancedReporting).
            150 SECTOR_COMPLETED => SectorCompleted(SectorCompleted),
            /// A car has completed a sector. ACSM v2 only, after
            /// [`enable_enhanced_reporting`](crate::AcUdpClient::enable_enhanced_reporting).
            fn on_sector_completed(sector);

            /// A car has got tyres, or has entered the pits and kept its own. ACSM v2 only, after
            /// [`Command::EnableEnhancedReporting`](crate::protocol::Command::EnableEnhancedReporting).
            151 TYRE_CHANGE => TyreChange(TyreChange),
            /// A car has got tyres, or has entered the pits and kept its own. ACSM v2 only, after
            /// [`enable_enhanced_reporting`](crate::AcUdpClient::enable_enhanced_reporting).
            fn on_tyre_change(change);

            /// The answer to [`Command::RequestPing`](crate::protocol::Command::RequestPing).
            /// ACSM v2 only.
            152 PING => Ping(Ping),
            /// The server answers a [`ping`](crate::AcUdpClient::ping). ACSM v2 only.
            fn on_ping(ping);
        }
    };
}
pub(crate) use events;

/// The packets from the plugin to the server. A row is
///
/// ```text
/// /// What the variant of `Command` asks for.
/// ID NAME => Variant { /// What the field means. field: Type, … };
/// ```
///
/// with the fields in wire order, or `Variant(name: Struct)`, or `Variant` alone.
macro_rules! commands {
    ($callback:ident $($arguments:tt)?) => {
        $callback! {
            $($arguments)?

            /// Asks for an [`Event::CarUpdate`](crate::protocol::Event::CarUpdate) of every car at
            /// this interval.
            200 REALTIMEPOS_INTERVAL => RealtimeposInterval {
                /// In milliseconds. 0 turns the report off on acServer; two rewrites
                /// mishandle it.
                interval_ms: u16,
            };

            /// Asks for an [`Event::CarInfo`](crate::protocol::Event::CarInfo). AssettoServer does
            /// not answer for an empty slot.
            201 GET_CAR_INFO => GetCarInfo {
                /// The slot.
                car_id: CarId,
            };

            /// Writes to one driver's chat.
            202 SEND_CHAT => SendChat {
                /// The driver's slot.
                car_id: CarId,
                /// At most 255 characters. The game cuts long lines and may not show characters
                /// outside ASCII.
                message: String,
            };

            /// Writes to everyone's chat.
            203 BROADCAST_CHAT => BroadcastChat {
                /// At most 255 characters. The game cuts long lines and may not show characters
                /// outside ASCII.
                message: String,
            };

            /// Asks for an [`Event::SessionInfo`](crate::protocol::Event::SessionInfo).
            204 GET_SESSION_INFO => GetSessionInfo {
                /// The session, counted from 0, or −1 for the current one.
                session_index: i16,
            };

            /// Changes a session.
            205 SET_SESSION_INFO => SetSessionInfo(session: SetSessionInfo);

            /// Kicks a driver. Some versions of acServer reportedly ignore this; there, use the
            /// admin command `/kick_id`.
            206 KICK_USER => KickUser {
                /// The driver's slot.
                car_id: CarId,
            };

            /// Ends the session and starts the next one.
            207 NEXT_SESSION => NextSession;

            /// Starts the session again.
            208 RESTART_SESSION => RestartSession;

            /// Runs an admin's chat command. acServer knows `/help`, `/next_session`,
            /// `/restart_session`, `/ksns`, `/ksrs`, `/kick`, `/kick_id`, `/ban_id`, `/ballast` and
            /// `/restrictor`. The protocol does not carry their answers. AssettoServer ignores them all.
            209 ADMIN_COMMAND => AdminCommand {
                /// Including its slash, at most 255 characters.
                command: String,
            };

            /// Asks for [`Event::SectorCompleted`](crate::protocol::Event::SectorCompleted) and
            /// [`Event::TyreChange`](crate::protocol::Event::TyreChange). ACSM v2 only; once per run
            /// of the server.
            210 ENABLE_ENHANCED_REPORTING => EnableEnhancedReporting;

            /// Asks for an [`Event::Ping`](crate::protocol::Event::Ping) with the same number. ACSM
            /// v2 only; other servers never answer.
            ///
            /// A public snapshot of ACSM v2 from 2021 does not know it. After an unknown command it ignores
            /// every command until its restart.
            211 REQUEST_PING => RequestPing {
                /// The time of sending, in milliseconds since 1970.
                unix_ms: i64,
            };
        }
    };
}
pub(crate) use commands;

/// The events as rows of a table in the documentation.
macro_rules! event_rows {
    ($(
        $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident($packet:ident) $($shared:ident)?,
        $(#[$handler_doc:meta])* fn $handler:ident($parameter:ident);
    )*) => {
        concat!($(
            "| ", $id, " | [`Event::", stringify!($variant), "`] | [`", stringify!($handler),
            "`](crate::Subscriber::", stringify!($handler), ") |\n",
        )*)
    };
}
pub(crate) use event_rows;

/// The commands as rows of a table in the documentation.
macro_rules! command_rows {
    ($(
        $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident
            $({ $($fields:tt)* })? $(($($struct:tt)*))?;
    )*) => {
        concat!($("| ", $id, " | [`Command::", stringify!($variant), "`] |\n",)*)
    };
}
pub(crate) use command_rows;
