/* A little office for building the interface without a server. */
export type Row = Record<string, any> & { id: number };

const now = Date.now();
export const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();

let next = 1000;
export const newId = (): number => next++;

const areaNames: [string, string, string][] = [
  ['A', '水电空调', 'Utilities'], ['B', '房屋维修', 'Building'], ['C', '办公设备', 'Equipment'], ['D', '通讯', 'Telecoms'],
  ['E', '车辆', 'Vehicles'], ['F', '会议', 'Meetings'], ['G', '餐饮', 'Canteen'], ['H', '绿化', 'Greenery'],
  ['I', '保洁', 'Cleaning'], ['J', '安保消防', 'Security'], ['K', '综合服务', 'General']];
export const areas: Row[] = areaNames.map(([code, name, name_en], i) => ({ id: i + 1, code, name, name_en, sort: i + 1, version: 1 }));

const item = (id: number, code: string, name: string, name_en: string, priority: number, sla_class: string, keywords: string, fields: unknown[] = []): Row => ({
  id, code, area_id: areas.find((a) => a.code === code[0])!.id, name, name_en, keywords, priority, sla_class, account: '30213', fields,
  needs_approval: sla_class === 'P', asks_rating: true, active: true, valid_from: '2026-01-01', version: 1,
});
export const items: Row[] = [
  item(101, 'A01', '大面积停电', 'Area power outage', 1, 'E1', '没电 断电'),
  item(104, 'A04', '灯具不亮', 'Lamp failure', 4, 'N', '灯坏 走廊灯 日光灯 照明', [
    { name: 'lamp_type', label: '灯具类型', label_en: 'Lamp type', kind: 'choice', choices: [{ value: 'led', label: 'LED灯', label_en: 'LED' }, { value: 'tube', label: '日光灯管', label_en: 'Tube' }, { value: 'other', label: '不清楚', label_en: 'Not sure' }] },
    { name: 'count', label: '数量', label_en: 'Count', kind: 'number', min: 1, max: 99, required: true }]),
  item(110, 'A10', '龙头阀门滴漏', 'Dripping tap or valve', 4, 'N', '漏水 水龙头', [{ name: 'count', label: '数量', label_en: 'Count', kind: 'number', min: 1 }]),
  item(112, 'A12', '下水堵塞外溢', 'Drain blocked or overflowing', 2, 'E2', '堵了 马桶 下水道', [{ name: 'overflow', label: '已经外溢', label_en: 'Overflowing', kind: 'yes_no', required: true }]),
  item(116, 'A16', '空调故障', 'Air conditioner fault', 3, 'U', '不制冷 不热'),
  item(118, 'A18', '电梯故障', 'Lift fault', 2, 'E2', '电梯坏'),
  item(201, 'B01', '门锁闭门器', 'Lock or door closer', 3, 'U', '门关不上 锁坏'),
  item(209, 'B09', '办公家具维修', 'Furniture repair', 5, 'R', '椅子 桌子'),
  item(301, 'C01', '电脑故障', 'Computer fault', 3, 'U', '开不了机'),
  item(501, 'E01', '市内公务用车', 'Car in town', 4, 'B', '派车 用车', [{ name: 'destination', label: '目的地', label_en: 'Destination', kind: 'text', required: true }]),
  item(601, 'F01', '会议室预订', 'Meeting room', 4, 'B', '开会', [{ name: 'heads', label: '人数', label_en: 'Heads', kind: 'number', min: 1, required: true }]),
  item(112 + 700, 'A06', '增设插座线路', 'Add socket or circuit', 5, 'P', '加插座'),
  item(901, 'I01', '突发污渍积水', 'Spill', 3, 'U', '打扫'),
];
export const slaClasses: Row[] = [
  ['E1', '抢修', 'Emergency', 5, 0, 15, 0, 480, 0, null], ['E2', '急修', 'Urgent', 10, 0, 30, 0, 720, 0, null],
  ['U', '较急', 'Prompt', 30, 1, 120, 1, 1440, 0, null], ['N', '普通', 'Normal', 30, 1, 240, 1, null, 0, 1],
  ['R', '一般', 'Routine', 240, 1, 480, 1, null, 0, 3], ['P', '计划', 'Planned', 960, 1, null, 0, null, 0, null],
  ['B', '预约', 'Booking', 120, 1, null, 0, null, 0, null],
].map(([code, name, name_en, a, aw, o, ow, c, cw, d], i) => ({
  id: i + 1, code, name, name_en, accept_min: a, accept_working: !!aw, on_site_min: o, on_site_working: !!ow, complete_min: c,
  complete_working: !!cw, complete_days: d, pause: 'yes', valid_from: '2026-01-01', version: 1 } as Row));

export const places: Row[] = [];
let placeId = 1;
for (const [b, name, name_en] of [[1, '1号楼（市委办公楼）', 'Building 1'], [2, '2号楼（市政府办公楼）', 'Building 2'], [3, '机关食堂', 'Canteen']] as const) {
  const building = placeId++;
  places.push({ id: building, code: `B${b}`, name, name_en, kind: 'building', parent_id: null, full_name: name, active: true, version: 1 });
  for (let f = 1; f <= 4; f++) {
    const floor = placeId++;
    places.push({ id: floor, code: `B${b}-${f}F`, name: `${f}层`, kind: 'floor', parent_id: building, full_name: `${name} ${f}层`, active: true, version: 1 });
    for (let r = 1; r <= 6; r++) {
      places.push({ id: placeId, code: `B${b}-${f}0${r}`, name: `${f}0${r}`, kind: 'room', parent_id: floor, full_name: `${name} ${f}层 ${f}0${r}`, active: true, version: 1 });
      placeId++;
    }
  }
}

export const units: Row[] = [
  [1, 'X', '市政府机关', null], [2, 'X1', '办公室（研究室、督查室、政务公开办公室）', 1], [3, 'X2', '机关事务管理局', 1], [4, 'X21', '房产处', 3],
  [5, 'X22', '公共机构节能与后勤服务处', 3], [6, 'X3', '财政局', 1], [7, 'X4', '人力资源和社会保障局离退休干部工作处', 1],
].map(([id, code, name, parent_id]) => ({ id, code, name, parent_id, sort: id, valid_from: '2020-01-01', valid_to: null, version: 1 }) as Row);
export const persons: Row[] = [
  [11, '张伟', 2, '13800001111', 5], [12, '李静', 3, '13800002222', 6], [13, '王师傅', 5, '13900003333', null], [14, '赵师傅', 5, '13900004444', null],
  [15, '欧阳建国', 7, '13700005555', 9], [16, '陈局长', 3, '13600006666', 4], [17, '系统管理员', 3, '', null], [18, '安全管理员', 3, '', null], [19, '审计管理员', 3, '', null],
].map(([id, name, unit_id, phone, place_id]) => ({
  id, code: `P${id}`, name, unit_id, unit_name: units.find((u) => u.id === unit_id)!.name, phone, place_id,
  place_name: places.find((p) => p.id === place_id)?.full_name, active: true, version: 1 } as Row));
export const crews: Row[] = [
  [1, '电工班', 'Electricians', 'assign'], [2, '水工班', 'Plumbers', 'grab'], [3, '木工班', 'Joiners', 'assign'], [4, '综合维修班', 'General repair', 'in_turn'],
].map(([id, name, name_en, dispatch]) => ({ id, code: `C${id}`, name, name_en, dispatch, active: true, version: 1 } as Row));
export const members: Row[] = [
  { id: 1, crew_id: 1, person_id: 13, lead: true, skills: '低压电工,高压电工', turn: 0, version: 1 },
  { id: 2, crew_id: 1, person_id: 14, lead: false, skills: '低压电工', turn: 0, version: 1 },
  { id: 3, crew_id: 2, person_id: 14, lead: true, skills: '水工', turn: 0, version: 1 },
];

const all = ['org.see', 'org.edit', 'import', 'catalog.edit', 'setting.edit'];
export const accounts: Record<string, { person: number; rights: string[]; role: string; crews: number[] }> = {
  zhangwei: { person: 11, rights: [], role: 'requester', crews: [] },
  lijing: { person: 12, rights: ['order.see', 'order.accept', 'order.dispatch', 'order.for_others', 'order.extend', 'org.see'], role: 'dispatcher', crews: [] },
  wang: { person: 13, rights: ['order.work'], role: 'crew_lead', crews: [1] },
  chen: { person: 16, rights: ['order.approve', 'order.see'], role: 'approver', crews: [] },
  system: { person: 17, rights: [...all, 'account.edit'], role: 'system_admin', crews: [] },
  security: { person: 18, rights: ['grant.edit'], role: 'security_admin', crews: [] },
  audit: { person: 19, rights: ['audit.see'], role: 'audit_admin', crews: [] },
};

export const orders: Row[] = [];
export const events: Row[] = [];
let serial = 0;

/* A new order and its first event. */
export function order(said: Record<string, any>, state: string, minutesAgo: number): Row {
  const kind = items.find((i) => i.code === said.item_code)!;
  const who = persons.find((p) => p.id === said.requester_id)!;
  const base = -minutesAgo;
  const urgent = kind.priority <= 2;
  const o: Row = {
    id: newId(), number: `20261123-${String(++serial).padStart(4, '0')}`, state, area_id: kind.area_id, item_id: kind.id, item_code: kind.code,
    item_name: kind.name, sla_class: kind.sla_class, priority: kind.priority, title: kind.name, requester_name: who.name, unit_name: who.unit_name,
    place_name: places.find((p) => p.id === said.place_id)?.full_name ?? null, phone: who.phone, channel: 'web', submitted_at: at(base),
    accept_due: at(base + (urgent ? 10 : 30)), on_site_due: at(base + (urgent ? 30 : 240)), complete_due: at(base + (urgent ? 720 : 1440)),
    version: 1, escalation: 0, reworks: 0, reopens: 0, extensions: 0, suspended_ms: 0, updated_at: at(base), ...said,
  };
  orders.push(o);
  events.push({ id: newId(), order_id: o.id, at: at(base), actor_name: who.name, verb: 'submit', to_state: state });
  return o;
}

const crew = { crew_id: 1, crew_name: '电工班' };
const gone = (m: number) => ({ accepted_at: at(m) });
order({ item_code: 'A04', place_id: 5, requester_id: 11, description: '走廊靠北第二盏灯不亮，晚上看不清台阶' }, 'submitted', 4);
order({ item_code: 'A12', place_id: 12, requester_id: 15, answers: { overflow: true } }, 'submitted', 22);
order({ item_code: 'A16', place_id: 9, requester_id: 15, description: '制热没有热风' }, 'accepted', 90);
order({ item_code: 'A04', place_id: 20, requester_id: 12, ...crew, ...gone(-60), dispatched_at: at(-55) }, 'dispatched', 70);
order({ item_code: 'A18', place_id: 1, requester_id: 11, ...crew, ...gone(-44), dispatched_at: at(-43), acknowledged_at: at(-40) }, 'acknowledged', 47);
order({ item_code: 'B01', place_id: 6, requester_id: 11, ...crew, assignee_name: '王师傅', assignee_id: 13, ...gone(-170), on_site_at: at(-30) }, 'in_progress', 180);
order({ item_code: 'A16', place_id: 8, requester_id: 15, ...crew, ...gone(-1400), on_site_at: at(-1300), suspend_reason: 'awaiting_parts', suspended_at: at(-1200), resume_expected_at: at(1500) }, 'suspended', 1430);
order({ item_code: 'A10', place_id: 6, requester_id: 11, ...crew, ...gone(-290), on_site_at: at(-200), completed_at: at(-100), result: '更换阀芯，试水正常' }, 'completed', 300);
order({ item_code: 'C01', place_id: 5, requester_id: 11, ...gone(-3000), on_site_at: at(-2700), completed_at: at(-2600), verified_at: at(-2500) }, 'verified', 3010);
order({ item_code: 'A06', place_id: 5, requester_id: 11, description: '会议室增加四个地插' }, 'awaiting_approval', 50);
for (let i = 0; i < 60; i++) {
  order({ item_code: items[i % items.length].code, place_id: 1 + ((i * 7) % 80), requester_id: [11, 12, 15][i % 3], crew_id: 1 + (i % 4), crew_name: crews[i % 4].name, ...gone(-5000 - i * 50), on_site_at: at(-4800 - i * 50), completed_at: at(-4700 - i * 50), verified_at: at(-4000 - i * 50) }, 'closed', 5030 + i * 50);
}
