"""The measured installation's settings: nobody's keys, for the length of a run."""

TELEGRAM_SECRET = "telegram-webhook-secret"
TELEGRAM_TOKEN = "100001:bench-run-bench-run-bench-run-bench"
APPID, WECHAT_TOKEN = "wx0123456789abcdef", "wechattoken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOWHERE = "http://127.0.0.1:9"

SECRETS = {
    "JIESU_SECRET_KEY": "the key of a run that is over in minutes",
    "JIESU_TELEGRAM__TOKEN": TELEGRAM_TOKEN,
    "JIESU_TELEGRAM__WEBHOOK_SECRET": TELEGRAM_SECRET,
    "JIESU_TELEGRAM__API_URL": NOWHERE,
    "JIESU_WECHAT__APPID": APPID,
    "JIESU_WECHAT__SECRET": "0123456789abcdef0123456789abcdef",
    "JIESU_WECHAT__TOKEN": WECHAT_TOKEN,
    "JIESU_WECHAT__AES_KEY": AES_KEY,
    "JIESU_WECHAT__API_URL": NOWHERE,
    "JIESU_HOTLINE__KIND": "rest",
    "JIESU_HOTLINE__URL": NOWHERE,
    "JIESU_HOTLINE__SECRET": "whsec_Y2FsbHMgb3V0IGNhbGxzIG91dCBjYWxscyBvdXQ",
}
