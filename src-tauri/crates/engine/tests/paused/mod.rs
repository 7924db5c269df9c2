//! A clock that jumps: waiting takes no time where nobody else has anything to do.

/// Runs a future to its end on such a clock.
pub fn paused<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}
