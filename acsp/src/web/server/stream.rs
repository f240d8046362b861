//! The stream of server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;

use super::Site;
use crate::web::published::Published;

/// Where a browser is in the stream.
struct Place {
    published: watch::Receiver<Arc<Published>>,
    /// The number of the update that the browser has; `None` if it needs the whole state.
    seen: Option<u64>,
    is_new: bool,
}

/// `GET /api/v1/events`
pub async fn events(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let published = site.published.clone();
    let seen = headers.get("last-event-id").and_then(|id| seen(&published.borrow(), id.to_str().ok()?));
    let events = stream::unfold(Place { published, seen, is_new: true }, next);
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would collect events before it passes them on.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(events)).into_response()
}

/// The number in the id of the last event that a browser has got, if it was one of this start of the program.
fn seen(published: &Published, id: &str) -> Option<u64> {
    let (run, seq) = id.split_once('.')?;
    seq.parse().ok().filter(|seq| run == &*published.run && *seq <= published.seq)
}

/// Waits for the next update. It is called when the browser can take one: what came meanwhile is left out, and the
/// browser gets the whole state instead. The end of the race ends the stream.
async fn next(mut place: Place) -> Option<(Result<Bytes, Infallible>, Place)> {
    if std::mem::take(&mut place.is_new) {
        return Some((Ok(Bytes::from_static(b"retry: 1000\n\n")), place));
    }
    loop {
        let published = place.published.borrow_and_update().clone();
        if place.seen != Some(published.seq) {
            let is_next = place.seen.is_some_and(|seen| seen + 1 == published.seq);
            place.seen = Some(published.seq);
            let event = if is_next { &published.update_event } else { &published.state_event };
            return Some((Ok(event.clone()), place));
        }
        place.published.changed().await.ok()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(seq: u64) -> Arc<Published> {
        let [state_event, update_event] =
            ["state", "update"].map(|event| Bytes::from(format!("{event} {seq}")));
        Arc::new(Published { run: "a".into(), seq, state_event, update_event, ..Published::default() })
    }

    /// The events of a browser that had this id, each taken after as many updates.
    fn taken(id: &str, updates: &[u64]) -> Vec<String> {
        let (sender, receiver) = watch::channel(published(7));
        let seen = seen(&published(7), id);
        let mut place = Place { published: receiver, seen, is_new: true };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut events = Vec::new();
            for count in [0].iter().chain(updates) {
                for _ in 0..*count {
                    let seq = sender.borrow().seq + 1;
                    sender.send_replace(published(seq));
                }
                let (event, after) = next(place).await.unwrap();
                events.push(String::from_utf8(event.unwrap().to_vec()).unwrap().trim_end().to_owned());
                place = after;
            }
            events
        })
    }

    #[test]
    fn a_browser_gets_the_state_and_then_updates() {
        assert_eq!(taken("", &[0, 1, 1]), ["retry: 1000", "state 7", "update 8", "update 9"]);
    }

    #[test]
    fn a_browser_that_missed_updates_gets_the_state() {
        assert_eq!(taken("", &[0, 3, 1, 2]), ["retry: 1000", "state 7", "state 10", "update 11", "state 13"]);
    }

    #[test]
    fn a_browser_that_comes_back_goes_on_where_it_was() {
        assert_eq!(taken("a.7", &[1]), ["retry: 1000", "update 8"]);
        assert_eq!(taken("a.6", &[0]), ["retry: 1000", "update 7"]);
        for other in ["a.5", "a.8", "b.7", "a.x", "a", "."] {
            assert_eq!(taken(other, &[0]), ["retry: 1000", "state 7"], "{other}");
        }
    }

    #[test]
    fn the_end_of_the_race_ends_the_stream() {
        let (sender, published) = watch::channel(published(7));
        drop(sender);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let place = Place { published, seen: Some(7), is_new: false };
        assert!(runtime.block_on(next(place)).is_none());
    }
}
