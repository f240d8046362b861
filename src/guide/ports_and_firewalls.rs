//! Which port is which, two machines, and what to look at if nothing arrives.
//!
//! # Two addresses
//!
//! | in `server_cfg.ini`, `[SERVER]` | what it is | in [`AcUdpClient::bind`] |
//! | --- | --- | --- |
//! | `UDP_PLUGIN_ADDRESS=127.0.0.1:12000` | where the server sends events: your program listens here | the first, local address |
//! | `UDP_PLUGIN_LOCAL_PORT=11000` | where the server listens for commands, and from where it sends | the second address, on the server's machine |
//!
//! ```no_run
//! use acudpclient::AcUdpClient;
//!
//! let client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! # drop(client);
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! The numbers are your choice. 11000 with 12000 and 10001 with 10000 (server, plugin) are common.
//!
//! A server talks to one plugin address only, and acServer ignores commands from any other address. So the client sends
//! and receives on one socket. For more than one plugin, put a relay between: [`several_plugins`](super::several_plugins).
//!
//! # Two machines
//!
//! `UDP_PLUGIN_ADDRESS` is then the plugin's machine as the server sees it, such as `192.0.2.20:12000`, and the plugin binds
//! `"0.0.0.0:12000"` or its own address. With `0.0.0.0` on a machine with several addresses, the system chooses the one
//! from which it reaches the server, and the client hears only what is sent to that one: [`local_addr`] says which.
//!
//! - The plugin's machine must let UDP in to the plugin's port, from the server.
//! - The server's machine must let UDP in to `UDP_PLUGIN_LOCAL_PORT`, from the plugin.
//! - The protocol has no encryption and no password: whoever can forge the server's address is the server. Across an
//!   open network use a tunnel. SECURITY.md says what the client guarantees.
//!
//! Behind an address translation, a server may send from another address than the one it listens on. The kernel then drops
//! its datagrams as a stranger's. [`accept_any_sender`] hears them, and says what it risks.
//!
//! # If nothing arrives
//!
//! Ask the client. [`explain_silence`] knows whether the server's machine has answered that nothing listens there,
//! whether anything has ever come, and how long ago. After 5 s the log has the same text, if your program has a
//! logger, such as env_logger.
//!
//! ```no_run
//! # use std::time::Duration;
//! # use acudpclient::AcUdpClient;
//! # let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! // An empty server says nothing unless it is asked.
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
//! | what you see | look at |
//! | --- | --- |
//! | `cannot bind …: address in use` | another plugin, or this one a second time; or the server itself: the two addresses are swapped |
//! | `no server answers on …` | nothing listens on the server's port: does the server run, and is the port `UDP_PLUGIN_LOCAL_PORT`? |
//! | nothing comes, no error | `UDP_PLUGIN_ADDRESS` is another address; a firewall drops UDP; the server was not restarted after the change |
//! | nothing comes from AssettoServer | the interface is off: `EnableLegacyPluginInterface: true` in `extra_cfg.yml` turns it on |
//! | events come, commands do nothing | acServer logs "Ignored suspicious message from": the command came from another address than `UDP_PLUGIN_ADDRESS` |
//! | events come, no CAR_UPDATE | nobody has asked: [`enable_realtime_report`] |
//! | events come, no LAP_COMPLETED | acServer needs a folder `results` to write to |
//!
//! To see the datagrams themselves, on either machine: `sudo tcpdump -i any -n udp port 12000`, with the plugin's port.
//!
//! [`AcUdpClient::bind`]: crate::AcUdpClient::bind
//! [`local_addr`]: crate::AcUdpClient::local_addr
//! [`accept_any_sender`]: crate::AcUdpClientBuilder::accept_any_sender
//! [`explain_silence`]: crate::AcUdpClient::explain_silence
//! [`enable_realtime_report`]: crate::AcUdpClient::enable_realtime_report
