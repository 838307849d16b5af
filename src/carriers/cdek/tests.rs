//! СДЭК's client against its stand-in, and its mapping against the carrier's samples.

mod flow;
mod manners;
mod requests;
mod samples;
mod statuses;
