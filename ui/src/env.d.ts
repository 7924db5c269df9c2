/** Whether this build may run on the pretend platform (`vite --mode fake`). */
declare const __FAKE_PLATFORM__: boolean;
