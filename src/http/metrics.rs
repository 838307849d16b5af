//! Figures for Prometheus: `/metrics`.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::printing::PrinterState;
use crate::tracking::Ingested;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ScanLabels {
    flow: &'static str,
    feedback: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    kind: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LabelLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TrackingLabels {
    carrier: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PrinterLabels {
    printer: String,
}

/// Upper bounds of the request histogram, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histogram,
    scans: Family<ScanLabels, Counter>,
    jobs: Family<JobLabels, Counter>,
    labels: Family<LabelLabels, Counter>,
    printers_stopped: Family<PrinterLabels, Gauge>,
    tracking: Family<TrackingLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::default();
        let request_seconds = Histogram::new(BUCKETS);
        let scans = Family::default();
        let jobs = Family::default();
        let labels = Family::default();
        let printers_stopped = Family::default();
        let mut registry = Registry::with_prefix("ambar");
        registry.register("http_requests", "Requests by route and status", requests.clone());
        registry.register("http_request_seconds", "Time to the answer", request_seconds.clone());
        registry.register("scans", "Scans by flow and verdict", scans.clone());
        registry.register("jobs", "Background jobs by kind and outcome", jobs.clone());
        registry.register("labels", "Print jobs by outcome", labels.clone());
        registry.register(
            "printer_stopped",
            "1 for a printer that was last seen stopped, silent or offline",
            printers_stopped.clone(),
        );
        let tracking = Family::default();
        registry.register(
            "tracking_told",
            "Told by carriers: new events, moved parcels, shipments unknown here",
            tracking.clone(),
        );
        Self {
            registry,
            requests,
            request_seconds,
            scans,
            jobs,
            labels,
            printers_stopped,
            tracking,
        }
    }
}

impl Metrics {
    pub fn request(&self, method: String, route: String, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    pub fn scan(&self, flow: &'static str, feedback: &'static str) {
        self.scans.get_or_create(&ScanLabels { flow, feedback }).inc();
    }

    pub fn job(&self, kind: &str, outcome: &'static str) {
        self.jobs.get_or_create(&JobLabels { kind: kind.to_owned(), outcome }).inc();
    }

    pub fn label(&self, outcome: &'static str) {
        self.labels.get_or_create(&LabelLabels { outcome }).inc();
    }

    pub fn printer(&self, name: &str, state: PrinterState) {
        let labels = PrinterLabels { printer: name.to_owned() };
        self.printers_stopped.get_or_create(&labels).set(i64::from(state.is_stopped()));
    }

    pub fn tracking(&self, carrier: &str, told: Ingested) {
        let counts = [("event", told.events), ("moved", told.moved), ("unknown", told.unknown)];
        for (outcome, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            let labels = TrackingLabels { carrier: carrier.to_owned(), outcome };
            self.tracking.get_or_create(&labels).inc_by(count);
        }
    }

    /// All figures in the text format of Prometheus.
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}
