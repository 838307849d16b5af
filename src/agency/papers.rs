//! The papers of a report: what they show, read in one piece and drawn where it may take its time.

use super::model::Report;
use super::paper::{self, PDF_LINES_MAX, Parts};
use super::store::lines;
use super::{AgencyError, service, terms_on};
use crate::access::Scope;
use crate::app::App;
use crate::db::Tx;
use crate::documents::DocumentError;
use crate::ids::AgentReportId;

/// The report as PDF; of very many parcels it has the sums of days.
pub async fn pdf(
    app: &App,
    scope: Scope,
    id: AgentReportId,
) -> Result<(Report, Vec<u8>), AgencyError> {
    drawn(parts(app, scope, id, PDF_LINES_MAX).await?, paper::pdf).await
}

/// The report as a workbook with all parcels.
pub async fn workbook(
    app: &App,
    scope: Scope,
    id: AgentReportId,
) -> Result<(Report, Vec<u8>), AgencyError> {
    drawn(parts(app, scope, id, i64::MAX).await?, paper::workbook).await
}

async fn drawn(
    parts: Parts,
    draw: fn(&Parts) -> Result<Vec<u8>, DocumentError>,
) -> Result<(Report, Vec<u8>), AgencyError> {
    let report = parts.report.clone();
    let drawn = tokio::task::spawn_blocking(move || draw(&parts)).await;
    Ok((report, drawn.expect("drawing does not panic")?))
}

/// All that a paper shows; of more lines than `lines_max` their days.
async fn parts(
    app: &App,
    scope: Scope,
    id: AgentReportId,
    lines_max: i64,
) -> Result<Parts, AgencyError> {
    let read = async move |tx: &mut Tx| -> Result<Parts, AgencyError> {
        let report = service::find(tx, scope, id).await?;
        let terms = terms_on(tx, report.owner, report.terms_from).await?;
        let terms = terms.ok_or(AgencyError::TermsMissing { day: report.terms_from })?.terms;
        let (lines, days) = if report.line_count <= lines_max {
            (lines::lines(tx, id, 0, report.line_count).await?, Vec::new())
        } else {
            (Vec::new(), lines::days(tx, id).await?)
        };
        let charges = lines::charges(tx, id, i64::MAX).await?;
        let settlements = lines::settlements(tx, id, i64::MAX).await?;
        Ok(Parts { report, terms, lines, days, charges, settlements })
    };
    app.db.snapshot(read).await
}
