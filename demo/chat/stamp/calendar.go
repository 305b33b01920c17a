package stamp

import "time"

// Calendars other than the Gregorian one, in which phones write dates if their owner
// wishes so. Where no era is named, the year gives them away: WhatsApp began in 2009, and
// no chat can be younger than today.
const (
	buddhist = "of the Buddhist era (543 years less)"
	minguo   = "of the Republic of China (1911 years more)"
	persian  = "of the Persian calendar"
	islamic  = "of the Islamic calendar, by its arithmetic form, which may be a day off"
)

// Calendars lists what [Stamp.Calendar] may answer.
func Calendars() []string { return []string{buddhist, minguo, persian, islamic} }

// Calendar names the calendar that the year shows, if it is another one than the Gregorian and
// nothing but the year says so; else it is "".
func (s Stamp) Calendar(o Order) string {
	if s.calendar == "" && s.late(o) {
		return buddhist
	}
	return s.calendar
}

// guessCalendar converts a date whose year can only be one of another calendar.
func (s *Stamp) guessCalendar() {
	y := 2
	if s.fixed || s.digits[0] > 2 {
		y = 0
	}
	year := s.field[y]
	switch n := s.digits[y]; {
	case n == 4 && year >= 2500 && year < 2700:
		s.field[y], s.calendar = year-543, buddhist
	case n == 3 && year >= 98 && year < 150 && y == 0:
		s.field[y], s.digits[y], s.calendar = year+1911, 4, minguo
	case n == 4 && year >= 1385 && year < 1425:
		s.convert(y, persian, fromPersian)
	case n == 4 && year >= 1430 && year < 1475:
		s.convert(y, islamic, fromIslamic)
	}
}

// convert reads year, month and day in another calendar. Phones in it write the year in
// front, or the day.
func (s *Stamp) convert(y int, calendar string, from func(year, month, day int) time.Time) {
	month, day := s.field[1], s.field[2-y]
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return
	}
	t := from(s.field[y], month, day)
	s.field, s.digits = [3]int{t.Year(), int(t.Month()), t.Day()}, [3]int{4, 2, 2}
	s.fixed, s.calendar = true, calendar
}

// fromPersian converts a date of the Persian solar calendar. Its leap years follow the
// equinox, with which a cycle of 33 years agrees in our time.
func fromPersian(year, month, day int) time.Time {
	days := 365*(year-1) + (8*(year-1)+29)/33 + day - 1
	if month <= 7 {
		days += 31 * (month - 1)
	} else {
		days += 30*(month-1) + 6
	}
	return time.Date(622, time.March, 21, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
}

// fromIslamic converts a date of the Islamic calendar in its arithmetic form, with 11
// leap years in 30. The calendar that states proclaim follows the moon and differs from
// it by a day now and then.
func fromIslamic(year, month, day int) time.Time {
	days := 354*(year-1) + (3+11*year)/30 + 29*(month-1) + month/2 + day - 1
	return time.Date(622, time.July, 19, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
}
