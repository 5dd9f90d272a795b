import { createApp } from 'vue';
import App from './App.vue';
import { checkSession, loadSession, stayAwake, whenRenewed } from './api/session';
import { renew } from './api/stream';
import { whenUnsigned } from './api/client';
import { i18n, startLanguage } from './common/i18n';
import { router } from './router';
import './common/base.css';

async function start(): Promise<void> {
  await Promise.all([startLanguage(), loadSession()]);
  whenUnsigned(() => checkSession().catch(() => false));
  whenRenewed(renew);
  stayAwake();
  createApp(App).use(i18n).use(router).mount('#app');
}

void start();
