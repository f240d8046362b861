//! [`Subscriber`] and the one `match` that dispatches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::{self, Event, UnknownPacket, events};

/// Defines [`Subscriber`] and [`Event::dispatch`].
macro_rules! define_subscriber {
    ($(
        $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident($packet:ident) $($shared:ident)?,
        $(#[$handler_doc:meta])* fn $handler:ident($parameter:ident);
    )*) => {
        /// Receives events, each through the method that is named after it. Implement the methods
        /// you need; the others do nothing.
        ///
        /// Of every event, [`on_event`](Self::on_event) is called first, then the event's own
        /// method. Handlers run inside [`AcUdpClient::next_event`](crate::AcUdpClient::next_event),
        /// so while they work nothing is received. A handler that wants to act keeps a
        /// [`CommandSender`](crate::CommandSender).
        ///
        /// An application that wants to read what its handler has collected subscribes an
        /// `Arc<Mutex<S>>` and keeps a clone. If a handler panics while it is locked, the others
        /// still get their events.
        ///
        /// ```
        /// use acudpclient::protocol::LapCompleted;
        /// use acudpclient::{Event, Subscriber};
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
        /// Event::from(LapCompleted::default()).dispatch(&mut counter);
        /// assert_eq!(counter.laps, 1);
        /// ```
        #[allow(unused_variables)] // the parameters' names are documentation
        pub trait Subscriber {
            /// Any event, before its own method.
            fn on_event(&mut self, event: &Event) {}
            $(
                $(#[$handler_doc])*
                fn $handler(&mut self, $parameter: &protocol::$packet) {}
            )*
            /// A packet that the protocol does not define.
            fn on_unknown(&mut self, packet: &UnknownPacket) {}
        }

        impl Event {
            /// Calls the subscriber's methods for this event; no client is needed.
            pub fn dispatch(&self, subscriber: &mut dyn Subscriber) {
                subscriber.on_event(self);
                match self {
                    $(Self::$variant(packet) => subscriber.$handler(packet),)*
                    Self::Unknown(packet) => subscriber.on_unknown(packet),
                }
            }
        }
    };
}
events!(define_subscriber);

/// Implements [`Subscriber`] for a type that holds one: it hands every call through.
macro_rules! hand_through {
    (
        ($holder:ty, $this:ident => $inner:expr)
        $(
            $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident($packet:ident) $($shared:ident)?,
            $(#[$handler_doc:meta])* fn $handler:ident($parameter:ident);
        )*
    ) => {
        impl<S: Subscriber + ?Sized> Subscriber for $holder {
            fn on_event(&mut self, event: &Event) {
                let $this = self;
                $inner.on_event(event);
            }
            $(fn $handler(&mut self, $parameter: &protocol::$packet) {
                let $this = self;
                $inner.$handler($parameter);
            })*
            fn on_unknown(&mut self, packet: &UnknownPacket) {
                let $this = self;
                $inner.on_unknown(packet);
            }
        }
    };
}
events!(hand_through(&mut S, this => (**this)));
events!(hand_through(Box<S>, this => (**this)));
events!(hand_through(Arc<Mutex<S>>, this => lock(this)));

/// A handler that panicked has lost its own event at most, so its state is still worth having.
fn lock<S: ?Sized>(shared: &Mutex<S>) -> MutexGuard<'_, S> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
