//! [`Subscriber`] and the one `match` that dispatches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::{
    CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, ConnectionClosed, EndSession, Event, LapCompleted,
    NewConnection, NewSession, Ping, SectorCompleted, ServerError, SessionInfo, TyreChange, UnknownPacket,
    Version,
};

/// Receives events, each through the method that is named after it. Implement the methods you
/// need; the others do nothing.
///
/// Of every event, [`on_event`](Self::on_event) is called first, then the event's own method.
/// Handlers run inside [`AcUdpClient::next_event`](crate::AcUdpClient::next_event), so while they
/// work nothing is received. A handler that wants to act keeps a
/// [`CommandSender`](crate::CommandSender).
///
/// An application that wants to read what its handler has collected subscribes an
/// `Arc<Mutex<S>>` and keeps a clone. If a handler panics while it is locked, the others still
/// get their events.
///
/// ```
/// use acudpclient::Subscriber;
/// use acudpclient::protocol::{Event, LapCompleted};
///
/// #[derive(Default)]
/// struct LapCounter {
///     laps: u32,
/// }
///
/// impl Subscriber for LapCounter {
///     fn on_lap_completed(&mut self, _lap: &LapCompleted) {
///         self.laps += 1;
///     }
/// }
///
/// let mut counter = LapCounter::default();
/// Event::LapCompleted(LapCompleted::default()).dispatch(&mut counter);
/// assert_eq!(counter.laps, 1);
/// ```
#[allow(unused_variables)] // the parameters' names are documentation
pub trait Subscriber {
    /// Any event, before its own method.
    fn on_event(&mut self, event: &Event) {}
    /// A session starts, or a starting server announces it again.
    fn on_new_session(&mut self, session: &NewSession) {}
    /// A driver has taken a slot and is loading.
    fn on_new_connection(&mut self, connection: &NewConnection) {}
    /// A driver has left.
    fn on_connection_closed(&mut self, connection: &ConnectionClosed) {}
    /// Telemetry of one car.
    fn on_car_update(&mut self, update: &CarUpdate) {}
    /// Who sits in a slot, as asked.
    fn on_car_info(&mut self, info: &CarInfo) {}
    /// A session has ended.
    fn on_end_session(&mut self, end: &EndSession) {}
    /// The server has started.
    fn on_version(&mut self, version: &Version) {}
    /// A line of the chat.
    fn on_chat(&mut self, chat: &Chat) {}
    /// A driver has finished loading.
    fn on_client_loaded(&mut self, loaded: &ClientLoaded) {}
    /// What a session is, as asked.
    fn on_session_info(&mut self, session: &SessionInfo) {}
    /// The server refuses a command.
    fn on_error(&mut self, error: &ServerError) {}
    /// A car has completed a lap.
    fn on_lap_completed(&mut self, lap: &LapCompleted) {}
    /// A car has hit something.
    fn on_client_event(&mut self, event: &ClientEvent) {}
    /// A car has completed a sector. ACSM v2 only, once it was asked for with
    /// [`enable_enhanced_reporting`](crate::AcUdpClient::enable_enhanced_reporting).
    fn on_sector_completed(&mut self, sector: &SectorCompleted) {}
    /// A car has been given tyres, or has entered the pits and kept its own. ACSM v2 only, once it
    /// was asked for with
    /// [`enable_enhanced_reporting`](crate::AcUdpClient::enable_enhanced_reporting).
    fn on_tyre_change(&mut self, change: &TyreChange) {}
    /// The server answers a [`ping`](crate::AcUdpClient::ping). ACSM v2 only.
    fn on_ping(&mut self, ping: &Ping) {}
    /// A packet that the protocol does not define.
    fn on_unknown(&mut self, packet: &UnknownPacket) {}
}

impl Event {
    /// Calls the subscriber's methods for this event; no client is needed.
    pub fn dispatch(&self, subscriber: &mut dyn Subscriber) {
        subscriber.on_event(self);
        match self {
            Self::NewSession(session) => subscriber.on_new_session(session),
            Self::NewConnection(connection) => subscriber.on_new_connection(connection),
            Self::ConnectionClosed(connection) => subscriber.on_connection_closed(connection),
            Self::CarUpdate(update) => subscriber.on_car_update(update),
            Self::CarInfo(info) => subscriber.on_car_info(info),
            Self::EndSession(end) => subscriber.on_end_session(end),
            Self::Version(version) => subscriber.on_version(version),
            Self::Chat(chat) => subscriber.on_chat(chat),
            Self::ClientLoaded(loaded) => subscriber.on_client_loaded(loaded),
            Self::SessionInfo(session) => subscriber.on_session_info(session),
            Self::Error(error) => subscriber.on_error(error),
            Self::LapCompleted(lap) => subscriber.on_lap_completed(lap),
            Self::ClientEvent(event) => subscriber.on_client_event(event),
            Self::SectorCompleted(sector) => subscriber.on_sector_completed(sector),
            Self::TyreChange(change) => subscriber.on_tyre_change(change),
            Self::Ping(ping) => subscriber.on_ping(ping),
            Self::Unknown(packet) => subscriber.on_unknown(packet),
        }
    }
}

/// Implements [`Subscriber`] for what holds one, by handing every call through.
macro_rules! hand_through {
    ($holder:ty, $this:ident => $inner:expr) => {
        hand_through!($holder, $this => $inner;
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
    };
    ($holder:ty, $this:ident => $inner:expr; $($method:ident($packet:ty),)*) => {
        impl<S: Subscriber + ?Sized> Subscriber for $holder {
            $(fn $method(&mut self, packet: &$packet) {
                let $this = self;
                $inner.$method(packet);
            })*
        }
    };
}

hand_through!(&mut S, this => (**this));
hand_through!(Box<S>, this => (**this));
hand_through!(Arc<Mutex<S>>, this => lock(this));

/// A handler that panicked has lost its own event at most, so its state is still worth having.
fn lock<S: ?Sized>(shared: &Mutex<S>) -> MutexGuard<'_, S> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
