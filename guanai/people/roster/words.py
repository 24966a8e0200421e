"""Word lists of the cells of rosters."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MISSING_WORDS = _words(
    "#n/a #name? #ref! #value! n/a na nan none null 不明 不清 不清楚 不知 不知道 不祥 "
    "不详 停机 待填 待查 待核实 待补 无 无号码 无手机 无法提供 无电话 无资料 无身份证 "
    "暂无 暂缺 未办 未填 未填写 未报 未提供 未登记 未知 未统计 没 没有 没电话 空 空号 "
    "空白 缺 见备注栏 "
)
TRUE_WORDS = _words(
    "1 ok t true v y yes √ √是 ■ ○√ ● ☑ ✓ ✔ 为是 享受 住 住宿 住校 住校生 全托 "
    "内宿 单亲 在享 寄宿 寄宿生 对 已享受 是 有 符合 "
)
FALSE_WORDS = _words(
    "0 f false n no x × □ ☐ ✗ ✘ 一般 一般农户 一般户 不 不享受 不住 不住校 不寄宿 "
    "不是 其他 双亲 否 外宿 无 普通户 未 未享受 正常 没有 走读 走读生 通学 非 非低保 "
    "非单亲 "
)
DITTO_WORDS = _words(
    "\" \"\" '' '''' `` ditto ´´ ˮ ‘’ ’’ “ “” ” ′′ ″ 〃 〝 〞 〟 上同 同 同上 "
    "同上行 同上述 同前 同左 如上 "
)
