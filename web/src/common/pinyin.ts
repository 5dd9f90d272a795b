/* First letters of Chinese words, by the browser's own pinyin order. */
const letters = 'ABCDEFGHJKLMNOPQRSTWXYZ';
const firsts = '阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀';
const order = new Intl.Collator('zh-CN-u-co-pinyin');

/* Characters of two readings, as a service desk reads them. */
const usual: Record<string, string> = { 调: 't', 重: 'z', 行: 'x', 长: 'c', 曾: 'z', 单: 'd', 会: 'h', 车: 'c' };

function letterOf(ch: string): string {
  if (usual[ch]) return usual[ch];
  if (!/\p{Script=Han}/u.test(ch)) return ch.toLowerCase();
  let i = firsts.length - 1;
  while (i > 0 && order.compare(ch, firsts[i]) < 0) i--;
  return letters[i].toLowerCase();
}

export function initials(text: string): string {
  return Array.from(text, letterOf).join('');
}
