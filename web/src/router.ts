/* Every page's address; each page is fetched when it is first opened. */
import { watch } from 'vue';
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import { home, isAccountant, isAdmin, isApprover, isCrew, isDesk, isWatcher, may, session } from './api/session';
import { i18n } from './common/i18n';

declare module 'vue-router' {
  interface RouteMeta {
    title?: string; /* locale key */
    open?: boolean; /* nobody needs to be signed in */
    who?: () => boolean;
  }
}

const routes: RouteRecordRaw[] = [
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./common/SignIn.vue'),
    meta: { open: true, title: 'sign_in.title' },
  },
  {
    path: '/',
    component: () => import('./shell/AppShell.vue'),
    children: [
      { path: '', redirect: () => home() },
      { path: 'report', component: () => import('./requester/ReportPage.vue'), meta: { title: 'nav.report' } },
      { path: 'orders', component: () => import('./requester/OrdersPage.vue'), meta: { title: 'nav.mine' } },
      {
        path: 'orders/:id(\\d+)',
        component: () => import('./requester/OrderPage.vue'),
        props: true,
        meta: { title: 'order.title' },
      },
      {
        path: 'follows/:id(\\d+)?',
        component: () => import('./requester/FollowsPage.vue'),
        props: true,
        meta: { title: 'follow.title' },
      },
      {
        path: 'approve',
        component: () => import('./requester/ApprovePage.vue'),
        meta: { title: 'nav.approve', who: () => isApprover.value },
      },
      {
        path: 'work',
        component: () => import('./crew/WorkPage.vue'),
        meta: { title: 'nav.work', who: () => isCrew.value },
      },
      {
        path: 'work/:id(\\d+)',
        component: () => import('./crew/JobPage.vue'),
        props: true,
        meta: { title: 'order.title', who: () => isCrew.value },
      },
      {
        path: 'overview',
        component: () => import('./desk/OverviewPage.vue'),
        meta: { title: 'nav.overview', who: () => isWatcher.value && !isAccountant.value },
      },
      {
        path: 'settling',
        component: () => import('./desk/SettlingPage.vue'),
        meta: { title: 'nav.settling', who: () => isAccountant.value },
      },
      {
        path: 'desk',
        component: () => import('./desk/DeskPage.vue'),
        meta: { title: 'nav.desk', who: () => isDesk.value || isWatcher.value },
      },
      {
        path: 'desk/intake',
        component: () => import('./desk/IntakePage.vue'),
        meta: { title: 'intake.title', who: () => may('order.for_others') },
      },
      {
        path: 'desk/recurring',
        component: () => import('./desk/RecurringPage.vue'),
        meta: { title: 'recurring.title', who: () => may('order.for_others') },
      },
      {
        path: 'admin',
        component: () => import('./admin/AdminPage.vue'),
        meta: { title: 'nav.admin', who: () => isAdmin.value },
        children: [{ path: ':part([a-z-]+)', component: () => import('./admin/PartPage.vue'), props: true }],
      },
      {
        path: 'matters',
        component: () => import('./shell/MattersPage.vue'),
        meta: { title: 'nav.matters' },
        children: [{ path: ':part([a-z-]+)', component: () => import('./admin/PartPage.vue'), props: true }],
      },
      { path: 'me', component: () => import('./requester/OwnPage.vue'), meta: { title: 'nav.own' } },
      { path: 'password', component: () => import('./common/PasswordPage.vue'), meta: { title: 'nav.password' } },
      { path: ':rest(.*)*', component: () => import('./common/AbsentPage.vue'), meta: { title: 'absent.title' } },
    ],
  },
];

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, _from, saved) => saved ?? (to.hash ? { el: to.hash } : { top: 0 }),
});

router.beforeEach((to) => {
  if (to.meta.open) return session.who && to.name === 'sign-in' ? '/' : true;
  /* "/" is each one's own start, which is not known before the sign-in. */
  const from = to.redirectedFrom?.fullPath ?? to.fullPath;
  if (!session.who) return { name: 'sign-in', query: from === '/' ? {} : { to: from } };
  if (session.who.must_change && to.path !== '/password') return '/password';
  if (to.meta.who && !to.meta.who()) return home();
  return true;
});

function title(): void {
  const key = router.currentRoute.value.meta.title;
  const name = i18n.global.t('app.name');
  document.title = key ? `${i18n.global.t(key)} · ${name}` : name;
}

router.afterEach(title);
watch(() => i18n.global.locale.value, title);
