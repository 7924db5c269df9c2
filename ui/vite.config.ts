import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The pretend platform is compiled in only by `--mode fake` (and by tests): the branch that loads it
// is dead code in the desktop's build.
export default defineConfig(({ mode }) => ({
  base: './',
  define: { __FAKE_PLATFORM__: JSON.stringify(mode === 'fake') },
  plugins: [
    // Under test the messages have been compiled already, and nothing need be watched.
    !process.env.VITEST &&
      paraglideVitePlugin({
        project: './project.inlang',
        outdir: './src/paraglide',
        strategy: ['globalVariable', 'baseLocale'],
        outputStructure: 'locale-modules',
        emitReadme: false,
      }),
    svelte(),
  ],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy knows no data: URLs
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { port: 5173, strictPort: true },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
}));
