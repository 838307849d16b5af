mod findings;
mod read;
