"""The starter book, and the articles that `counterflow demo` reads. SOURCES.md says what each article rests on."""
