//! The handheld's door over HTTP.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::TerminalError;
use super::service::{self, ScanIn, Terminal};
use super::session::ScanOut;
use crate::access::caller::AnyCaller;
use crate::app::App;
use crate::fault::{Fault, Told};
use crate::http::{Body, Problem, ProblemBody};
use crate::i18n::{self, Language};
use crate::units::UtcMicros;

/// As many as a handheld collects in an hour without network.
const BATCH_SCANS_MAX: usize = 1_000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(scan)).routes(routes!(scan_batch)).routes(routes!(screen))
}

/// One scan.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScanBody {
    /// Counted up by the device. The same number again answers the same and does nothing.
    pub seq: i64,
    /// When it was scanned, on the device's clock.
    pub at: Option<UtcMicros>,
    /// What was scanned or typed, as it came.
    pub data: String,
    /// The AIM identifier, when the device knows it.
    pub symbology: Option<String>,
}

/// Scans that were collected without network.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScanBatchBody {
    /// In the order in which they were scanned.
    pub scans: Vec<ScanBody>,
}

/// The verdict on one of several scans.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Verdict {
    Taken(ScanOut),
    /// Not taken, and why; the scans behind it were still tried.
    Refused {
        seq: i64,
        code: String,
        detail: String,
    },
}

impl From<ScanBody> for ScanIn {
    fn from(body: ScanBody) -> Self {
        Self {
            sequence: Some(body.seq),
            happened_at: body.at,
            data: body.data,
            symbology: body.symbology,
            source: None,
        }
    }
}

/// Takes one scan and answers the next screen (скан).
#[utoipa::path(
    post, path = "/v1/terminal/scans", tag = "terminal", request_body = ScanBody,
    responses((status = 200, body = ScanOut), (status = "default", body = ProblemBody))
)]
async fn scan(
    State(app): State<App>,
    AnyCaller(principal): AnyCaller,
    Body(body): Body<ScanBody>,
) -> Result<Json<ScanOut>, Problem> {
    let terminal = Terminal::of(&principal)?;
    Ok(Json(service::scan(&app, terminal, body.into()).await?))
}

/// Takes scans that were collected without network, in order, with a verdict for each (пакет сканов).
#[utoipa::path(
    post, path = "/v1/terminal/scans/batch", tag = "terminal", request_body = ScanBatchBody,
    responses((status = 200, body = Vec<Verdict>), (status = "default", body = ProblemBody))
)]
async fn scan_batch(
    State(app): State<App>,
    AnyCaller(principal): AnyCaller,
    Body(body): Body<ScanBatchBody>,
) -> Result<Json<Vec<Verdict>>, Problem> {
    let terminal = Terminal::of(&principal)?;
    if body.scans.len() > BATCH_SCANS_MAX {
        let most = i64::try_from(BATCH_SCANS_MAX).expect("a thousand fits into 64 bits");
        return Err(TerminalError::BatchTooLong { most }.into());
    }
    let mut verdicts = Vec::with_capacity(body.scans.len());
    for scan in body.scans {
        let seq = scan.seq;
        verdicts.push(match service::scan(&app, terminal, scan.into()).await {
            Ok(answer) => Verdict::Taken(answer),
            // What cannot be taken now is sent again by the device: nothing behind it may overtake.
            Err(error) if error.kind().is_trouble() => return Err(error.into()),
            Err(error) => refused(seq, &error),
        });
    }
    Ok(Json(verdicts))
}

fn refused(seq: i64, error: &TerminalError) -> Verdict {
    let told = Told::from(error);
    let detail = i18n::fault_text(Language::Russian, told.code, &told.args);
    Verdict::Refused { seq, code: told.code.to_owned(), detail }
}

/// The screen that the device shows now, for one that was switched off (текущий экран).
#[utoipa::path(
    get, path = "/v1/terminal/screen", tag = "terminal",
    responses((status = 200, body = ScanOut), (status = "default", body = ProblemBody))
)]
async fn screen(
    State(app): State<App>,
    AnyCaller(principal): AnyCaller,
) -> Result<Json<ScanOut>, Problem> {
    let terminal = Terminal::of(&principal)?;
    Ok(Json(service::screen(&app, terminal).await?))
}
