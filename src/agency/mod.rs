//! Contracts with shops about collecting their money, and the agent's reports under them (отчёт агента).
//!
//! [`terms`] are dated rows of a contract. A report lists, for a shop and a period, whose money came
//! ([`LineKind`]), what carriers charged and what else went over the shop's accounts, and says what is to
//! be paid. It is drawn up as a draft by the database itself, line by line in one statement, and accepted
//! by a second person; then the money of its parcels moves on along the chain ([`crate::cod`]) and the
//! fee is charged, in one transaction: a node that dies in between has done nothing.
//!
//! **Invariant:** nothing stands in two reports: a parcel's money by the chain's own rules, an invoice and
//! a transfer by keys of their tables.
//! **Invariant:** the periods of a shop's accepted reports follow each other without gap or overlap, and
//! each opens with what the one before it closed with.
//! **Invariant:** an accepted report and the terms that it used are never changed.
//! **Invariant:** the fee of a parcel is that of all that was told of it, on however many reports.
//! **Invariant:** whoever drew a report up does not accept it.
//! **Invariant:** a shop sees its own accepted reports, and no draft.
//!
//! Deliberately absent: paying. The fee of a parcel that is given back later stays: it was for
//! collecting.

pub mod http;
pub mod integrity;
mod model;
mod paper;
pub mod papers;
mod service;
mod store;
mod terms;

pub use self::model::{LineKind, Report, ReportLine, ReportState, SettlementRow};
pub use self::paper::EXAMPLE;
pub use self::service::{approve, draft, find, refresh, reject};
pub use self::store::QUERIES;
pub use self::terms::{AgencyTerms, AgencyTermsIn, terms_list, terms_of, terms_on, terms_set};
use crate::catalog::CatalogError;
use crate::cod::CodError;
use crate::commands::CommandError;
use crate::documents::DocumentError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::AgentReportId;
use crate::money::MoneyError;
use crate::units::Day;

faults! {
    /// Why terms are not kept, or a report is not drawn up, accepted or rejected.
    pub enum AgencyError {
        ReportNotFound { report: AgentReportId } => "agent_report_not_found", NotFound, "there is no report {report}";
        /// No contract holds on that day.
        TermsMissing { day: Day } => "agency_terms_missing", Conflict, "no agency terms hold on {day}";
        /// Accepted reports go up to that day.
        TermsUsed { until: Day } => "agency_terms_used", Conflict, "accepted reports used the terms until {until}";
        DraftExists => "agent_report_draft_exists", Conflict, "the shop has a draft already";
        /// The period would leave a gap or overlap.
        PeriodUnfit { from: Day } => "agent_report_period_unfit", Conflict, "the period has to begin on {from}";
        NotDraft { state: ReportState } => "agent_report_not_draft", Conflict, "the report is {state}";
        SecondPerson => "agent_report_same_person", Forbidden, "who drew the report up does not accept it";
        FactsChanged => "agent_report_facts_changed", Conflict, "something has changed since the report was drawn up";
        SumTooBig => "agent_report_sum_too_big", Invalid, "the sum does not fit";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Catalog(CatalogError),
        Money(MoneyError),
        Cod(CodError),
        Document(DocumentError),
    }
}
