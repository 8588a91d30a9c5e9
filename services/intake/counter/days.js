// Dates as clerks say them, in the country's time whatever the machine's zone is.

const WEEKDAYS = {
  vi: ["Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"],
  en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
};
const OFFSET_MS = 7 * 3600 * 1000; // Asia/Ho_Chi_Minh has no summer time

/** "thứ Tư, 25/11/2026" of "2026-11-25"; "" of "". */
export function day(iso, language) {
  if (!iso) return "";
  const [year, month, date] = iso.split("-").map(Number);
  const weekday = WEEKDAYS[language][new Date(Date.UTC(year, month - 1, date)).getUTCDay()];
  return `${weekday}, ${two(date)}/${two(month)}/${year}`;
}

/** The local date of a moment (milliseconds or ISO text), "2026-11-25". */
export function localDate(moment) {
  return new Date(new Date(moment).getTime() + OFFSET_MS).toISOString().slice(0, 10);
}

/** The local time of a moment, "16:30". */
export function clock(moment) {
  return new Date(new Date(moment).getTime() + OFFSET_MS).toISOString().slice(11, 16);
}

/** "16:30" for a moment of today, else "24/11 16:30". */
export function clockOrDay(moment, now) {
  const date = localDate(moment);
  return date === localDate(now) ? clock(moment) : `${date.slice(8)}/${date.slice(5, 7)} ${clock(moment)}`;
}

function two(number) {
  return String(number).padStart(2, "0");
}
