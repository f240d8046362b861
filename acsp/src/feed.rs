//! The feed of events: what happened, one line each.

use std::collections::VecDeque;
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Event};
use acudpclient::tracker::Change;
use serde::Serialize;

use crate::lines::shown;

/// How many lines are kept.
const LENGTH: usize = 200;

/// So many contacts wait for the other car's report: more are no race, but somebody who floods.
const MOST_CONTACTS: usize = 64;

/// Two cars report a contact within this time.
const SAME_CONTACT: Duration = Duration::from_secs(1);

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Session,
    Lap,
    PersonalBest,
    SessionBest,
    Position,
    Collision,
    Driver,
    Pits,
    Finish,
    Chat,
    Trouble,
}

/// Texts of players in it are escaped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedLine {
    pub topic: Topic,
    /// Which car it is about, if it is about one.
    pub car_id: Option<CarId>,
    /// Whom that car has hit or passed.
    pub other_car_id: Option<CarId>,
    pub text: String,
}

impl FeedLine {
    /// A line that is about no car.
    pub fn new(topic: Topic, text: String) -> Self {
        Self { topic, car_id: None, other_car_id: None, text }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Feed {
    /// The newest first.
    lines: VecDeque<FeedLine>,
    /// Contacts that only one of the two cars has reported, and when.
    contacts: Vec<(CarId, CarId, Duration)>,
    /// Whether passes are told as they happen, and so not again at the line.
    has_passes: bool,
}

impl Feed {
    pub fn lines(&self) -> impl Iterator<Item = &FeedLine> {
        self.lines.iter()
    }

    pub fn tell(&mut self, line: FeedLine) {
        self.lines.truncate(LENGTH - 1);
        self.lines.push_front(line);
    }

    /// Takes in what an event has changed. Returns the new lines.
    pub fn take_in(
        &mut self,
        tracker: &RaceTracker,
        event: &Event,
        changes: &[Change],
        now: Duration,
    ) -> Vec<FeedLine> {
        let mut lines = Vec::from_iter(own_line(tracker, event));
        for change in changes {
            match change {
                Change::PositionGained { .. } if self.has_passes => {}
                Change::Collision { car_id, other_car_id: Some(other), .. }
                    if self.is_told(*car_id, *other, now) => {}
                change => {
                    match change {
                        Change::SessionStarted => self.has_passes = false,
                        Change::Overtaken { .. } => self.has_passes = true,
                        _ => {}
                    }
                    lines.extend(line(tracker, change, changes));
                }
            }
        }
        for line in &lines {
            self.tell(line.clone());
        }
        lines
    }

    /// Whether the other car has told of this contact already.
    fn is_told(&mut self, car_id: CarId, other: CarId, now: Duration) -> bool {
        self.contacts.retain(|contact| now.saturating_sub(contact.2) < SAME_CONTACT);
        let told = self.contacts.iter().position(|contact| (contact.0, contact.1) == (other, car_id));
        match told {
            Some(told) => drop(self.contacts.swap_remove(told)),
            None => {
                if self.contacts.len() == MOST_CONTACTS {
                    self.contacts.remove(0);
                }
                self.contacts.push((car_id, other, now));
            }
        }
        told.is_some()
    }
}

/// The line of an event that the tracker has no change for.
fn own_line(tracker: &RaceTracker, event: &Event) -> Option<FeedLine> {
    match event {
        Event::Chat(chat) if chat.car_id.is_server() => {
            Some(FeedLine::new(Topic::Chat, format!("server: {}", shown(&chat.message))))
        }
        Event::Chat(chat) => {
            let text = format!("{}: {}", name(tracker, chat.car_id), shown(&chat.message));
            Some(FeedLine { car_id: Some(chat.car_id), ..FeedLine::new(Topic::Chat, text) })
        }
        Event::Error(error) => {
            Some(FeedLine::new(Topic::Trouble, format!("the server: {}", shown(&error.message))))
        }
        _ => None,
    }
}

/// A driver's name, safe to show.
pub fn name(tracker: &RaceTracker, car_id: CarId) -> String {
    match tracker.driver_name(car_id) {
        "" => format!("car {car_id}"),
        name => shown(name),
    }
}

fn line(tracker: &RaceTracker, change: &Change, all: &[Change]) -> Option<FeedLine> {
    let name = |car_id: &CarId| name(tracker, *car_id);
    let (topic, text) = match change {
        Change::SessionStarted => {
            let session = tracker.session()?;
            (Topic::Session, format!("{} \"{}\" begins", session.session_type, shown(&session.name)))
        }
        Change::SessionEnded => {
            let winner = tracker.last_result()?.standings.first()?;
            let name = winner.driver.as_ref().map(|driver| shown(&driver.name));
            let name = name.unwrap_or_else(|| format!("car {}", winner.car_id));
            (Topic::Session, format!("session over, {name} is first"))
        }
        Change::DriverJoined { car_id } => (Topic::Driver, format!("{} joins", name(car_id))),
        Change::DriverLeft { car_id } => (Topic::Driver, format!("{} leaves", name(car_id))),
        Change::DriverSwapped { car_id, to, .. } => {
            (Topic::Driver, format!("{} takes car {car_id}", shown(&to.name)))
        }
        Change::LapCompleted { car_id, lap_time, cuts, .. } => {
            let topic = lap_topic(all);
            let word = match topic {
                Topic::SessionBest => ", fastest lap",
                Topic::PersonalBest => ", personal best",
                _ => "",
            };
            let cuts = match cuts {
                0 => String::new(),
                1 => ", 1 cut".to_owned(),
                cuts => format!(", {cuts} cuts"),
            };
            (topic, format!("{} {lap_time}{word}{cuts}", name(car_id)))
        }
        Change::PositionGained { car_id, from: Some(_), to } => {
            (Topic::Position, format!("{} is up to P{to}", name(car_id)))
        }
        Change::Overtaken { car_id, overtaken, position } => {
            (Topic::Position, format!("{} passes {}, P{position}", name(car_id), name(overtaken)))
        }
        Change::EnteredPits { car_id } => (Topic::Pits, format!("{} is in the pits", name(car_id))),
        Change::LeftPits { car_id } => (Topic::Pits, format!("{} leaves the pits", name(car_id))),
        Change::DriverSilent { car_id } => (Topic::Driver, format!("{} is silent", name(car_id))),
        Change::DriverBack { car_id } => (Topic::Driver, format!("{} is heard again", name(car_id))),
        Change::Finished { car_id, position } => {
            let place = position.map_or(String::new(), |position| format!(" P{position}"));
            (Topic::Finish, format!("{} finishes{place}", name(car_id)))
        }
        Change::Collision { car_id, other_car_id, impact_speed } => {
            let other = other_car_id.map_or("the environment".to_owned(), |other| name(&other));
            (Topic::Collision, format!("{} hits {other} at {impact_speed:.0} km/h", name(car_id)))
        }
        // The line of the lap tells.
        _ => return None,
    };
    let (car_id, other_car_id) = cars(change);
    Some(FeedLine { topic, car_id, other_car_id, text })
}

/// Which cars a change is about.
fn cars(change: &Change) -> (Option<CarId>, Option<CarId>) {
    match *change {
        Change::Overtaken { car_id, overtaken, .. } => (Some(car_id), Some(overtaken)),
        Change::Collision { car_id, other_car_id, .. } => (Some(car_id), other_car_id),
        Change::DriverJoined { car_id }
        | Change::DriverLeft { car_id }
        | Change::DriverSwapped { car_id, .. }
        | Change::LapCompleted { car_id, .. }
        | Change::PositionGained { car_id, .. }
        | Change::EnteredPits { car_id }
        | Change::LeftPits { car_id }
        | Change::DriverSilent { car_id }
        | Change::DriverBack { car_id }
        | Change::Finished { car_id, .. } => (Some(car_id), None),
        _ => (None, None),
    }
}

fn lap_topic(changes: &[Change]) -> Topic {
    let is = |wanted: fn(&Change) -> bool| changes.iter().any(wanted);
    if is(|change| matches!(change, Change::SessionBest { .. })) {
        Topic::SessionBest
    } else if is(|change| matches!(change, Change::PersonalBest { .. })) {
        Topic::PersonalBest
    } else {
        Topic::Lap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_told_once_and_a_flood_of_them_is_not_kept() {
        let mut feed = Feed::default();
        let mut is_told = |car_id, other| feed.is_told(CarId(car_id), CarId(other), Duration::ZERO);
        assert!(!is_told(1, 2) && is_told(2, 1));
        for car_id in 0..=255 {
            assert!(!is_told(car_id, 255 - car_id / 2));
        }
        assert_eq!(feed.contacts.len(), MOST_CONTACTS);
    }
}
