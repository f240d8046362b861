//! The two ports, two machines, and what to check if nothing arrives.
//!
//! # Two addresses
//!
//! | in `server_cfg.ini`, `[SERVER]` | meaning | in [`AcUdpClient::bind`] |
//! | --- | --- | --- |
//! | `UDP_PLUGIN_ADDRESS=127.0.0.1:12000` | the server sends events here: your program listens here | the first, local address |
//! | `UDP_PLUGIN_LOCAL_PORT=11000` | the server listens for commands here, and sends from here | the second address, on the server's machine |
//!
//! ```no_run
//! use acudpclient::AcUdpClient;
//!
//! let client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! # drop(client);
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! Choose any port numbers. 11000 with 12000 and 10001 with 10000 (server, plugin) are common.
//!
//! A server talks to one plugin address only, and acServer ignores commands from any other address. So the client sends
//! and receives on one socket. For several plugins use a relay: [`several_plugins`](super::several_plugins).
//!
//! # Two machines
//!
//! Set `UDP_PLUGIN_ADDRESS` to the plugin's machine as the server sees it, such as `192.0.2.20:12000`. The plugin binds
//! `"0.0.0.0:12000"` or its own address. With `0.0.0.0` on a machine with several addresses, the system chooses the one
//! from which it reaches the server. The client receives only what the server sends to that address; [`local_addr`]
//! returns it.
//!
//! - The plugin's machine must allow UDP from the server to the plugin's port.
//! - The server's machine must allow UDP from the plugin to `UDP_PLUGIN_LOCAL_PORT`.
//! - The protocol has no encryption and no password: anyone who can forge the server's address can pose as the server. Use
//!   a tunnel across an open network. SECURITY.md says what the client guarantees.
//!
//! Behind a NAT, a server may send from another address than it listens on. The kernel then drops its datagrams as a
//! stranger's. [`accept_any_sender`] accepts them; its documentation states the risk.
//!
//! # If nothing arrives
//!
//! Ask the client: [`explain_silence`] returns the likely reason. It knows whether the server's machine answers that
//! nothing listens there, whether anything ever came, and how long ago. After 5 s the log has the same text, if your
//! program has a logger, such as env_logger.
//!
//! ```no_run
//! # use std::time::Duration;
//! # use acudpclient::AcUdpClient;
//! # let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! // An empty server sends nothing until it is asked.
//! if let Err(error) = client.request_session_info(None) {
//!     eprintln!("{error}");
//! }
//! loop {
//!     match client.wait_event(Duration::from_secs(6)) {
//!         Ok(Some(event)) => println!("{event}"),
//!         Ok(None) => {
//!             if let Some(silence) = client.explain_silence() {
//!                 eprintln!("{silence}");
//!             }
//!         }
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! `acsp doctor LOCAL SERVER`, from a clone of the repository (`cargo run -p acsp -- doctor …`), finds out which of these it
//! is. It tells swapped ports, another plugin on the port, a server that sends elsewhere, and what in `server_cfg.ini` is
//! wrong (`--config`).
//!
//! | you see | likely reason |
//! | --- | --- |
//! | `cannot bind …: address in use` | another plugin runs, or this one twice; or it is the server's port: the two addresses are swapped |
//! | `no server answers on …` | nothing listens on the server's port: the server does not run, or its `UDP_PLUGIN_LOCAL_PORT` is another one |
//! | nothing comes, no error | `UDP_PLUGIN_ADDRESS` is another address; a firewall drops UDP; the server was not restarted after the change |
//! | nothing comes from AssettoServer | the interface is off: `EnableLegacyPluginInterface: true` in `extra_cfg.yml` turns it on |
//! | events come, commands do nothing | acServer logs "Ignored suspicious message from": the command came from another address than `UDP_PLUGIN_ADDRESS` |
//! | events come, but no CAR_UPDATE | nobody asked for it: [`enable_realtime_report`] |
//! | events come, but no LAP_COMPLETED | acServer needs a folder `results` |
//!
//! To see the datagrams themselves, on either machine: `sudo tcpdump -i any -n udp port 12000`, with the plugin's port.
//!
//! [`AcUdpClient::bind`]: crate::AcUdpClient::bind
//! [`local_addr`]: crate::AcUdpClient::local_addr
//! [`accept_any_sender`]: crate::AcUdpClientBuilder::accept_any_sender
//! [`explain_silence`]: crate::AcUdpClient::explain_silence
//! [`enable_realtime_report`]: crate::AcUdpClient::enable_realtime_report
