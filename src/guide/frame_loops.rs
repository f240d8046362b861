//! Polling from a game loop, and what to do if the loop stalls.
//!
//! # One frame
//!
//! [`next_event`] returns the next event or `None`, and never blocks. [`drain`] does this for one frame: it ends when
//! nothing is waiting, or after as many datagrams as you allow, so that a flood cannot hold up the frame. The rest waits
//! for the next frame.
//!
//! A whole program with 60 frames per second and the newest telemetry of each car, `examples/game_loop.rs`:
//!
//! ```rust,no_run
//! use std::collections::HashMap;
//! use std::thread;
//! use std::time::{Duration, Instant};
//!
//! use acudpclient::protocol::{CarId, CarUpdate};
//! use acudpclient::{AcUdpClient, Error, Event};
//!
//! const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);
//!
//! /// A flood of datagrams must not hold up a frame.
//! const MOST_PER_FRAME: usize = 1000;
//!
//! fn main() -> Result<(), Error> {
//!     let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//!     // When the server restarts, the client asks again by itself.
//!     if let Err(error) = client.enable_realtime_report(Duration::from_millis(100)) {
//!         eprintln!("{error}");
//!     }
//!     let mut cars: HashMap<CarId, CarUpdate> = HashMap::new();
//!     let mut work_times = Vec::new();
//!     loop {
//!         let start = Instant::now();
//!         for event in client.drain(MOST_PER_FRAME) {
//!             match event {
//!                 Ok(Event::CarUpdate(update)) => {
//!                     cars.insert(update.car_id, update);
//!                 }
//!                 Ok(Event::ConnectionClosed(closed)) => {
//!                     cars.remove(&closed.car_id);
//!                 }
//!                 Ok(_) => {}
//!                 Err(error) => eprintln!("{}", error.recoverable()?),
//!             }
//!         }
//!         // … here the game moves and draws its cars …
//!         work_times.push(start.elapsed());
//!         if work_times.len() == 60 {
//!             print(&cars, &work_times);
//!             work_times.clear();
//!         }
//!         thread::sleep(FRAME.saturating_sub(start.elapsed()));
//!     }
//! }
//!
//! /// Once per 60 frames: how long they took, and the fastest car.
//! fn print(cars: &HashMap<CarId, CarUpdate>, work_times: &[Duration]) {
//!     let longest = work_times.iter().max().copied().unwrap_or_default();
//!     let mean = work_times.iter().sum::<Duration>() / 60;
//!     let fastest = cars.values().max_by(|a, b| a.speed_kmh().total_cmp(&b.speed_kmh()));
//!     let fastest = fastest.map_or(String::new(), |car| {
//!         format!(", fastest is car {} at {:.0} km/h", car.car_id, car.speed_kmh())
//!     });
//!     println!("60 frames: {mean:.1?} each, {longest:.1?} at most; {} cars{fastest}", cars.len());
//! }
//! ```
//!
//! It prints once per second:
//!
//! ```text
//! 60 frames: 53.7µs each, 88.4µs at most; 8 cars, fastest is car 3 at 228 km/h
//! 60 frames: 59.0µs each, 104.3µs at most; 8 cars, fastest is car 3 at 206 km/h
//! ```
//!
//! A program without its own loop calls [`wait_event`], which blocks until something comes or the timeout ends.
//!
//! # If your loop stalls
//!
//! Between two polls the system keeps what arrives: some 250 CAR_UPDATEs by default on Linux, a tenth of a second with 40
//! cars at 60 Hz (`cargo test --test client -- --nocapture default_receive_buffer` measures it). If a level load or a slow
//! frame takes longer than that, receive on a thread:
//!
//! ```no_run
//! # use acudpclient::AcUdpClient;
//! let mut client = AcUdpClient::builder()
//!     .receive_in_background(1 << 20) // bytes
//!     .bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! # client.next_event()?;
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! [`receive_in_background`] keeps the newest telemetry of each car, and every other packet until the memory is full.
//! [`stats`] counts what it dropped. Nothing else changes: you poll, and subscribers run on your thread.
//! Without this option the client has no thread.
//!
//! Or enlarge the system's buffer, with the feature `socket2` and the builder's `receive_buffer_size`.
//!
//! On Linux, [`dropped_by_system`] says how many datagrams the system dropped because the program polled too rarely.
//!
//! # How a wait works
//!
//! With the feature `poll`, `wait_event` and the receiving thread sleep in the system's poll and notice a datagram at once.
//! The standard library can wait for a socket only if the socket blocks, and then sends block too. So without the feature
//! the client checks the socket repeatedly, first after 0.1 ms, in the end every 10 ms. Timeouts are exact in both cases.
//!
//! [`next_event`]: crate::AcUdpClient::next_event
//! [`drain`]: crate::AcUdpClient::drain
//! [`wait_event`]: crate::AcUdpClient::wait_event
//! [`receive_in_background`]: crate::AcUdpClientBuilder::receive_in_background
//! [`stats`]: crate::AcUdpClient::stats
//! [`dropped_by_system`]: crate::AcUdpClient::dropped_by_system
