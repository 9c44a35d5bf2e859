"""German."""

REVIEW_TITLES = {
    "good": ["Absolute Empfehlung", "Top Gerät", "Sehr zufrieden", "Gerne wieder 👍", "Genau richtig"],
    "mixed": ["Ganz okay", "Geht so", "Erfüllt seinen Zweck", "Mit Abstrichen gut"],
    "bad": ["Enttäuschend", "Finger weg", "Nie wieder", "Rausgeworfenes Geld 😡", "Mangelhaft"],
}
REVIEW_BODIES = {
    "good": [
        "{product}: läuft vom ersten Tag an einwandfrei.",
        "Schnell eingerichtet und sehr gut verarbeitet.",
        "Für den Preis besser als erwartet.",
        "Täglich im Einsatz, keinerlei Probleme.",
    ],
    "mixed": [
        "{product}: macht, was es soll, aber der Akku könnte länger halten.",
        "Gutes Display, schwache Lautsprecher.",
        "Für den Preis in Ordnung, fühlt sich aber etwas billig an.",
    ],
    "product": [
        "{product}: langsam, und die Verbindung bricht ständig ab.",
        "Die Qualität ist weit von den Bildern entfernt.",
        "Nach einer Woche nur noch Ärger, das Gerät hängt sich dauernd auf.",
    ],
    "late": [
        "Das Paket kam Tage zu spät, und niemand hat Bescheid gesagt.",
        "Die Lieferung hat ewig gedauert. Es war ein Geschenk und kam verspätet.",
        "Das Gerät mag gut sein, aber so lange auf ein verspätetes Paket zu warten, ist es nicht.",
    ],
    "defect": [
        "{product}: kam defekt an, das Display war gesprungen.",
        "Schon beim Auspacken kaputt, ließ sich nicht einschalten.",
        "Beschädigt angekommen, musste ich zurückschicken.",
    ],
}
REVIEW_MORE = {
    "good": ["Auch die Familie ist begeistert.", "Danke!", "Fünf Sterne von mir ⭐", "Auch gut verpackt."],
    "mixed": ["Mal sehen, wie lange es hält.", "Ich behalte es erst einmal.", "Es gibt sicher bessere."],
    "bad": ["Ich will mein Geld zurück.", "Kann ich nicht empfehlen.", "Vor dem Kauf gut überlegen."],
}
SUBJECTS = {
    "delivery": ["Wo bleibt mein Paket?", "Bestellung {order} nicht angekommen", "Verspätete Lieferung"],
    "defect": ["Gerät ist defekt", "Kaputter Artikel in {order}", "Lässt sich nicht einschalten"],
    "return": ["Wann kommt meine Erstattung?", "Rücksendung zu {order}", "Rücksendung angekommen?"],
    "payment": ["Zahlung fehlgeschlagen", "Karte abgelehnt bei {order}", "Doppelt abgebucht?"],
    "account": ["Anmeldung geht nicht", "Änderung meiner Daten", "Frage zu meinem Konto"],
    "other": ["Frage vor dem Kauf", "Rechnung benötigt", "Rückmeldung"],
}
OPENINGS = {
    "delivery": [
        "Guten Tag, meine Bestellung {order} sollte längst da sein, aber die Sendung bewegt sich seit Tagen nicht.",
        "Ich warte immer noch auf {order}. Können Sie bitte nachforschen, wo das Paket ist?",
        "Der zugesagte Tag ist vorbei und kein Paket da. Was ist los? 😕",
    ],
    "defect": [
        "Hallo, {product} aus der Bestellung {order} kam beschädigt an. Es lässt sich nicht einschalten.",
        "Der Artikel ist defekt: Das Display flackert und wird dann schwarz. Was nun?",
        "Im Karton lag ein kaputtes Gerät. Ich bin wirklich verärgert 😡",
    ],
    "return": [
        "Ich habe alles aus {order} zurückgeschickt. Wann bekomme ich mein Geld?",
        "Die Rücksendung ist seit Tagen bei Ihnen, aber es gibt noch keine Erstattung.",
        "Guten Tag, ist meine Rücksendung angekommen? Ich habe nichts gehört.",
    ],
    "payment": [
        "Meine Zahlung für {order} ist fehlgeschlagen. Muss ich neu bestellen?",
        "Ich habe zweimal versucht zu zahlen und wurde abgelehnt. Wurde etwas abgebucht?",
        "Der Shop meldet, die Zahlung habe nicht geklappt. Bitte um Hilfe.",
    ],
    "account": [
        "Ich kann mich nicht mehr anmelden, die Mail zum Zurücksetzen kommt nie an.",
        "Bitte korrigieren Sie die Daten in meinem Konto.",
        "Wie ändere ich meine Anschrift in der App?",
    ],
    "other": [
        "Liegt bei {product} ein Ladegerät bei?",
        "Ich brauche eine Rechnung auf meine Firma.",
        "Ich wollte nur sagen: Weniger Plastik in der Verpackung wäre schön 🙂",
    ],
}
ANSWERS = {
    "delivery": [
        "Die Verzögerung tut uns leid. Laut Paketdienst ist die Sendung unterwegs und kommt bald an.",
        "Danke für Ihre Geduld, wir haben beim Paketdienst nachgefragt und melden uns.",
    ],
    "defect": [
        "Das tut uns leid. Bitte senden Sie es mit dem Etikett zurück, wir erstatten oder ersetzen es.",
        "Das darf nicht passieren. Was genau sehen Sie beim Einschalten?",
    ],
    "return": [
        "Ihre Rücksendung ist da. Die Erstattung dauert zwei bis drei Werktage.",
        "Wir haben die Rücksendung geprüft, das Geld ist unterwegs.",
    ],
    "payment": [
        "Für den fehlgeschlagenen Versuch wurde nichts abgebucht. Sie können im Konto erneut zahlen.",
        "Die Bank hat den ersten Versuch abgelehnt, der zweite war erfolgreich.",
    ],
    "account": ["Wir haben Ihnen einen neuen Link geschickt.", "Wir haben Ihr Konto aktualisiert."],
    "other": ["Danke für die Frage, die Einzelheiten stehen unten.", "Danke, ich habe es weitergegeben."],
}
FOLLOW_UPS = [
    "Danke, dann warte ich.",
    "Das hilft mir nicht weiter. Wann genau?",
    "Super, hat geklappt 🙏",
    "Das habe ich schon einmal gehört. Bitte beeilen Sie sich.",
]
CLOSINGS = [
    "Gern geschehen. Ich schließe die Anfrage; antworten Sie einfach, falls noch etwas ist.",
    "Es ist jetzt unterwegs. Danke für Ihre Geduld.",
]
GREETING = "Hallo {value},"
ACKNOWLEDGED = "Wir haben Ihre Nachricht erhalten und antworten innerhalb eines Werktags."
SURVEY = {
    "good": ["Schnell, einfach, freundlich.", "Gute Preise, guter Service 🎉", "Kaufe immer hier."],
    "mixed": ["War in Ordnung, nichts Besonderes.", "Guter Shop, aber der Versand ist teuer.", "Okay"],
    "late": ["Mein Paket kam zu spät.", "Verspätet, und keiner sagt Bescheid.", "Ewig gewartet, wieder zu spät 😠"],
    "defect": ["Das Gerät war kaputt.", "Defektes Gerät bekommen, dazu der Ärger mit der Rücksendung."],
    "bad": ["Das Produkt ist nicht, was ich erwartet habe.", "Zu teuer, und die Qualität ist schlecht.", "Nie wieder."],
}
SURVEY_MORE = ['Es heißt "morgen da", stimmt aber nie.', "Sonst alles gut.", "Rufen Sie mich an, wenn Sie sich trauen."]
MENTIONS = {
    "delivery": {
        "good": ["Gestern bestellt, heute da. Stark, @TechCo 🚀", "@TechCo Lieferung auf den Punkt"],
        "bad": [
            "@TechCo wo ist mein Paket??",
            "Schon wieder zu spät geliefert, @TechCo 😤",
            "@TechCo Versand: ein Witz",
        ],
    },
    "product": {
        "good": ["Neu hier: {product} von @TechCo 😍", "{product} ist jeden Cent wert #TechCo"],
        "bad": ["{product} nach einer Woche kaputt, danke @TechCo", "@TechCo schon wieder ausverkauft, ernsthaft?"],
    },
    "price": {
        "good": ["Der Sale bei @TechCo 🔥", "Bester Preis weit und breit, #TechCo"],
        "bad": ["@TechCo erhöht vor jedem Sale die Preise", "Woanders billiger, @TechCo"],
    },
    "service": {
        "good": ["Lob an den Support von @TechCo, in Minuten gelöst", "@TechCo hat sehr nette Leute"],
        "bad": ["@TechCo Support ignoriert mich", "Drei Mails, keine Antwort. @TechCo?"],
    },
}
REQUESTS = {
    "erase": [
        "Bitte löschen Sie alle meine Daten und bestätigen Sie das (Art. 17 DSGVO).",
        "Mein Konto ist zu. Löschen Sie alles, was Sie über mich haben.",
    ],
    "export": ["Ich bitte um eine Kopie aller Daten (Art. 15 DSGVO).", "Was haben Sie über mich gespeichert?"],
    "object": ["Ich widerspreche der Nutzung meiner Daten für Werbung.", "Keine Weitergabe meiner Daten, bitte."],
    "rectify": ["Meine Daten sind falsch, bitte berichtigen.", "Bitte berichtigen Sie die Schreibweise meines Namens."],
}
HIDDEN = {
    "email": ["Bitte schreiben Sie an {value}.", "Meine E-Mail: {value}", "Erreichbar unter {value}"],
    "phone": ["Rufen Sie mich an: {value}.", "Meine Nummer ist {value}.", "Tel. {value}"],
    "name": ["Viele Grüße, {value}", "Bestellt auf den Namen {value}.", "— {value}"],
    "national_id": ["Meine CPF ist {value}.", "CPF {value}"],
    "card": ["Bezahlt mit der Karte {value}.", "Die Kartennummer ist {value}, bitte prüfen."],
}
