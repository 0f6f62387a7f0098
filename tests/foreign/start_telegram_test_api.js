// Starts telegram-test-api on the port given. Its source is left alone but for one field it forgets:
// a press always carries its `chat_instance`.
const TelegramServer = require('telegram-test-api');

const formatted = TelegramServer.formatUpdate;
TelegramServer.formatUpdate = (update) => {
  const made = formatted(update);
  if (made.callback_query) made.callback_query.chat_instance = '1';
  return made;
};
new TelegramServer({ host: '127.0.0.1', port: Number(process.argv[2]), storeTimeout: 3600 }).start();
