import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import vue from '@vitejs/plugin-vue';
import components from 'unplugin-vue-components/vite';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';

/* `npm run dev` talks to a running program, of which LIANGCAO says where. */
export default defineConfig({
  plugins: [vue(), components({ dirs: [], dts: false, resolvers: [ElementPlusResolver()] })],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_OPTIONS_API__: true, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  server: { proxy: { '/api': process.env.LIANGCAO ?? 'http://127.0.0.1:8080' } },
  build: { modulePreload: { polyfill: false }, target: 'es2020', chunkSizeWarningLimit: 900 },
});
