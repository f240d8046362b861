//! [`Subscriber`] and the one `match` that dispatches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::{self, Event, UnknownPacket, events};

/// Defines [`Subscriber`] and [`Event::dispatch`].
macro_rules! define_subscriber {
    ($(
        $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident($packet:ident) $($shared:ident)?,
        $(#[$handler_doc:meta])* fn $handler:ident($parameter:ident);
    )*) => {
        /// Receives events, each through the method named after it. Implement the methods you need;
        /// the others do nothing.
        ///
        /// Each event calls [`on_event`](Self::on_event) first, then its own method. Handlers run inside
        /// [`AcUdpClient::next_event`](crate::AcUdpClient::next_event); the client receives nothing while they
        /// run. A handler that sends commands keeps a [`CommandSender`](crate::CommandSender).
        ///
        /// To read what a handler collected, subscribe an `Arc<Mutex<S>>` and keep a clone. If a handler panics
        /// while it is locked, the subscription still works.
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
        #[diagnostic::on_unimplemented(
            message = "`{Self}` does not implement `Subscriber`",
            note = "to share a subscriber, subscribe an `Arc<Mutex<…>>` of it",
            note = "to send commands from its methods, let it keep a `CommandSender` from `client.commands()`"
        )]
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

/// Implements [`Subscriber`] for a type that holds one: it forwards every call.
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

/// A handler that panicked lost its own event at most, so its state is still useful.
fn lock<S: ?Sized>(shared: &Mutex<S>) -> MutexGuard<'_, S> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
