import { createApp } from 'vue';
import App from './App.vue';
import { leave, loadSession } from './api/session';
import { whenUnsigned } from './api/client';
import { i18n, startLanguage } from './common/i18n';
import { router } from './router';
import './common/base.css';

async function start(): Promise<void> {
  await Promise.all([startLanguage(), loadSession()]);
  whenUnsigned(() => {
    leave();
    const from = router.currentRoute.value;
    if (from.name !== 'sign-in') void router.push({ name: 'sign-in', query: { to: from.fullPath } });
  });
  createApp(App).use(i18n).use(router).mount('#app');
}

void start();
