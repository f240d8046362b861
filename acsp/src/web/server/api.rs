//! The answers, see `API.md`.

use std::sync::Arc;

use acsp::store::RecordFilter;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

use super::{Site, admin, guard, stream};
use crate::web::assets::Asset;
use crate::web::published::{Finished, Published};
use crate::web::stored::Unanswered;

type Shared = State<Arc<Site>>;

/// Everything that is served.
pub fn router(site: Arc<Site>) -> Router {
    let api = Router::new()
        .route("/live", part(|published| &published.live))
        .route("/events", get(stream::events))
        .route("/session", part(|published| &published.session))
        .route("/standings", part(|published| &published.standings))
        .route("/cars/{car_id}", get(car))
        .route("/positions", part(|published| &published.positions))
        .route("/map", part(|published| &published.map))
        .route("/map.png", get(map_png))
        .route("/results", get(results))
        .route("/results/{id}", get(result))
        .route("/results/{id}/acserver.json", get(acserver_json))
        .route("/records", get(records))
        .route("/drivers/compare", get(compare))
        .route("/drivers/{guid}", get(driver))
        .route("/admin/{command}", post(admin::post));
    Router::new()
        .nest("/api/v1", api)
        .fallback(asset)
        .method_not_allowed_fallback(|| async {
            error(StatusCode::METHOD_NOT_ALLOWED, "this is not how to ask for it")
        })
        .layer(from_fn_with_state(site.clone(), guard::guard))
        .with_state(site)
}

/// The newest JSON of one kind.
fn part(of: fn(&Published) -> &Bytes) -> MethodRouter<Arc<Site>> {
    get(move |State(site): Shared| async move { json(of(&site.published.borrow()).clone()) })
}

pub fn json(json: Bytes) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, json).into_response()
}

pub fn error(status: StatusCode, text: &str) -> Response {
    let body = serde_json::json!({ "error": text }).to_string();
    (status, json(body.into())).into_response()
}

fn not_found(what: &str) -> Response {
    error(StatusCode::NOT_FOUND, what)
}

/// The part of the path that a route leaves open.
pub struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let read = Path::from_request_parts(parts, state).await;
        let refusal = |_| error(StatusCode::BAD_REQUEST, "the address is not UTF-8");
        read.map(|Path(name)| Self(name)).map_err(refusal)
    }
}

async fn car(State(site): Shared, Name(car_id): Name) -> Response {
    let laps = car_id.parse().ok().and_then(|car_id: u8| site.published.borrow().cars.get(&car_id).cloned());
    laps.map_or_else(|| not_found("no such car is in the session"), json)
}

async fn map_png(State(site): Shared) -> Response {
    let Some(png) = site.published.borrow().map_png.clone() else {
        return not_found("there is no picture of this track: see --content");
    };
    ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-cache")], png).into_response()
}

async fn results(State(site): Shared) -> Response {
    let Some(stored) = &site.stored else { return json(site.published.borrow().results.clone()) };
    let version = site.published.borrow().results_version;
    answer(stored.results(version).await)
}

async fn finished(site: &Site, id: String) -> Result<Finished, Unanswered> {
    match &site.stored {
        Some(stored) => stored.result(id).await,
        None => site.published.borrow().finished.get(&id).cloned().ok_or(Unanswered::NotFound),
    }
}

async fn result(State(site): Shared, Name(id): Name) -> Response {
    answer(finished(&site, id).await.map(|finished| finished.json))
}

async fn acserver_json(State(site): Shared, Name(id): Name) -> Response {
    let finished = match finished(&site, id).await {
        Ok(finished) => finished,
        Err(why) => return unanswered(&why),
    };
    let mut response = json(finished.acserver_json);
    let attachment = format!("attachment; filename=\"{}\"", finished.file_name);
    if let Ok(value) = HeaderValue::try_from(attachment) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

async fn records(State(site): Shared, uri: Uri) -> Response {
    let version = site.published.borrow().records_version;
    let Some(stored) = &site.stored else {
        return json(format!(r#"{{"version":{version},"records":[]}}"#).into());
    };
    let wanted = |key: &str| values(&uri, key).into_iter().next();
    let (track, layout, car_model) = (wanted("track"), wanted("config"), wanted("car"));
    let filter = RecordFilter { track, layout, car_model, ..RecordFilter::default() };
    answer(stored.records(version, filter).await)
}

async fn driver(State(site): Shared, Name(guid): Name) -> Response {
    let Some(stored) = &site.stored else { return not_found(NO_STORE) };
    answer(stored.driver(guid).await)
}

async fn compare(State(site): Shared, uri: Uri) -> Response {
    let Some(stored) = &site.stored else { return not_found(NO_STORE) };
    answer(stored.compare(values(&uri, "guid")).await)
}

const NO_STORE: &str = "no laps are stored: start `acsp web` without --no-db";

/// The values of a key in the address.
fn values(uri: &Uri, key: &str) -> Vec<String> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.filter(|(name, _)| name == key).map(|(_, value)| value.into_owned()).collect()
}

fn answer(answer: Result<Bytes, Unanswered>) -> Response {
    answer.map_or_else(|why| unanswered(&why), json)
}

fn unanswered(why: &Unanswered) -> Response {
    match why {
        Unanswered::NotFound => not_found("nobody and nothing of this name is known"),
        Unanswered::Busy => error(StatusCode::SERVICE_UNAVAILABLE, "too many ask at once, try again"),
        Unanswered::Failed => error(StatusCode::INTERNAL_SERVER_ERROR, "the lap store cannot be read now"),
    }
}

async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let Some(asset) = Asset::at(uri.path()) else { return not_found("there is nothing here") };
    let etag = asset.etag();
    let is_known =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let headers = [
        (header::CONTENT_TYPE, asset.content_type.to_owned()),
        (header::ETAG, etag),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, Bytes::from_static(asset.bytes)).into_response()
}
