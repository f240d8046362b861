//! Recordings of traffic.
