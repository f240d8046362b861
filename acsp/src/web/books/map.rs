//! The outline of the track.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use acudpclient::protocol::{CarId, CarUpdate};
use acudpclient::tracker::{MapImage, TrackMap};
use axum::body::Bytes;
use serde::Serialize;

use super::content::{self, Files};
use super::row::rounded;
use super::to_json;

/// How often an outline that is being learned is told, by the session's clock.
const TELL_EVERY: Duration = Duration::from_secs(2);
/// A `fast_lane.ai` has a point every metre or two; a map needs no more than this.
const MOST_POINTS: usize = 1500;

/// A car that drives, in km/h.
const DRIVING: f32 = 50.0;

#[derive(Debug)]
pub struct Map {
    content: Option<PathBuf>,
    track: String,
    track_config: String,
    outline: TrackMap,
    is_from_file: bool,
    image: Option<MapImage>,
    png: Option<Bytes>,
    /// What is being read from the game's folder.
    files: Option<Receiver<Files>>,
    /// Whose past is learned from.
    past_car: Option<CarId>,
    version: u32,
    has_changed: bool,
    told_at: Option<Duration>,
}

#[derive(Serialize)]
struct MapAnswer<'a> {
    version: u32,
    track: &'a str,
    track_config: &'a str,
    source: &'static str,
    closed: bool,
    coverage: Option<f64>,
    points: Vec<[Option<f64>; 3]>,
    image: Option<Image>,
}

#[derive(Serialize)]
struct Image {
    url: &'static str,
    width: f32,
    height: f32,
    margin: f32,
    scale_factor: f32,
    x_offset: f32,
    z_offset: f32,
}

impl Map {
    pub fn new(content: Option<PathBuf>) -> Self {
        Self {
            content,
            track: String::new(),
            track_config: String::new(),
            outline: TrackMap::new(),
            is_from_file: false,
            image: None,
            png: None,
            files: None,
            past_car: None,
            version: 0,
            has_changed: true,
            told_at: None,
        }
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    /// Begins anew if this is another track.
    pub fn set_track(&mut self, track: &str, track_config: &str) {
        if (self.track.as_str(), self.track_config.as_str()) == (track, track_config) {
            return;
        }
        let version = self.version;
        *self = Self { version, ..Self::new(self.content.take()) };
        (self.track, self.track_config) = (track.to_owned(), track_config.to_owned());
        let Some(content) = self.content.clone() else { return };
        let (sender, files) = mpsc::channel();
        let (track, layout) = (self.track.clone(), self.track_config.clone());
        // The folder can be on a slow disk.
        let reading = thread::Builder::new().name("content".to_owned()).spawn(move || {
            // If nobody waits any more, another track is driven.
            let _ = sender.send(content::read(&content, &track, &layout));
        });
        match reading {
            Ok(_) => self.files = Some(files),
            Err(error) => log::error!("cannot read the track's files: {error}"),
        }
    }

    pub fn learn(&mut self, update: &CarUpdate) {
        self.has_changed |= self.outline.learn(update);
    }

    /// The same with many updates at once: of the first car that drives, until the whole lap is known, as learning from all
    /// takes longer than anything else.
    pub fn learn_past(&mut self, update: &CarUpdate) {
        if update.speed_kmh() < DRIVING || self.past_car.is_some_and(|car_id| car_id != update.car_id) {
            return;
        }
        self.past_car = Some(update.car_id);
        if !self.outline.is_closed() {
            self.learn(update);
        }
    }

    /// The map and the track's picture, if there is something new to tell of them.
    pub fn write(&mut self, now: Duration) -> Option<(Bytes, Option<Bytes>)> {
        if let Some(files) = self.files.as_ref().and_then(|files| files.try_recv().ok()) {
            self.take_in(files);
        }
        let is_soon = self.told_at.is_some_and(|told| now.saturating_sub(told) < TELL_EVERY);
        if !self.has_changed || is_soon {
            return None;
        }
        self.told_at = Some(now);
        self.has_changed = false;
        self.version += 1;
        Some((self.json(), self.png.clone()))
    }

    fn take_in(&mut self, files: Files) {
        self.files = None;
        self.has_changed = true;
        self.told_at = None;
        (self.image, self.png) = (files.image, files.png.map(Bytes::from));
        if let Some(outline) = files.outline {
            (self.outline, self.is_from_file) = (outline, true);
        }
    }

    fn json(&self) -> Bytes {
        let outline = self.outline.outline();
        let step = outline.len().div_ceil(MOST_POINTS).max(1);
        let points = outline.iter().step_by(step).map(|point| {
            [rounded(point.position.x, 1), rounded(point.position.z, 1), rounded(point.place, 4)]
        });
        to_json(&MapAnswer {
            version: self.version,
            track: &self.track,
            track_config: &self.track_config,
            source: if self.is_from_file { "fast_lane" } else { "learned" },
            closed: self.outline.is_closed(),
            coverage: rounded(self.outline.coverage(), 3),
            points: points.collect(),
            image: self.image.filter(|_| self.png.is_some()).map(|image| Image {
                url: "/api/v1/map.png",
                width: image.width,
                height: image.height,
                margin: image.margin,
                scale_factor: image.scale_factor,
                x_offset: image.x_offset,
                z_offset: image.z_offset,
            }),
        })
    }
}
