# An office as large as any: 50,000 places and 100,000 persons as three tables
# for `liangcao import`, always the same.
#   awk -v DIR=folder -f bench/crowd.awk
function any(list, n) { return list[int(rand() * n) + 1] }
BEGIN {
    srand(20)
    n_sur = split("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 林 郭 何 高 罗 郑 梁 谢 宋 唐 许 邓 韩 冯 曹 彭 曾 肖 田 董 潘 袁 蔡 蒋 余 欧阳 单 解 仇", sur, " ")
    n_one = split("芳 娜 敏 静 丽 艳 霞 燕 玲 婷 慧 洁 琳 红 梅 伟 强 磊 军 洋 勇 杰 涛 超 明 刚 平 辉 鹏 华 飞 波 斌 宇 浩 凯 峰 亮 东 博", one, " ")
    n_two = split("志 建 文 晓 小 国 海 春 玉 明 德 永 金 立 新 家 世 子 一 思 雨 佳 嘉 俊 天 正 庆 广", two, " ")
    n_use = split("走廊 楼梯间 男卫生间 女卫生间 开水间 强电间 弱电间 第一会议室 保洁间 打印室", use, " ")

    units = DIR "/units.csv"; places = DIR "/places.csv"; people = DIR "/persons.csv"
    print "编码,名称,上级编码" >units
    print "U,大机关," >units
    for (b = 1; b <= 20; b++) {
        printf "U%02d,第%d局,U\n", b, b >units
        for (s = 1; s <= 25; s++)
            printf "U%02d%02d,第%d局第%d处,U%02d\n", b, s, b, s, b >units
    }
    print "编码,名称,类型,上级编码" >places
    print "Q,新区,院区," >places
    # 100 houses of 10 floors, on each ten rooms with a name and 39 with a number.
    for (h = 1; h <= 100; h++) {
        printf "Q%03d,%d号楼,楼宇,Q\n", h, h + 10 >places
        for (f = 1; f <= 10; f++) {
            printf "Q%03d-%02d,%d层,楼层,Q%03d\n", h, f, f, h >places
            for (i = 1; i <= n_use; i++)
                printf "Q%03d-%02dX%02d,%s,房间,Q%03d-%02d\n", h, f, i, use[i], h, f >places
            for (i = 1; i <= 39; i++)
                printf "Q%03d-%02d%02d,%d,房间,Q%03d-%02d\n", h, f, i, f * 100 + i, h, f >places
        }
    }
    print "工号,姓名,部门编码,房间编码,办公电话,手机" >people
    for (i = 1; i <= 100000; i++)
        printf "P%06d,%s%s%s,U%02d%02d,Q%03d-%02d%02d,8%07d,169%08d\n", i,
            any(sur, n_sur), rand() < 0.7 ? any(two, n_two) : "", any(one, n_one),
            int(rand() * 20) + 1, int(rand() * 25) + 1,
            int(rand() * 100) + 1, int(rand() * 10) + 1, int(rand() * 39) + 1,
            i, int(rand() * 100000000) >people
}
