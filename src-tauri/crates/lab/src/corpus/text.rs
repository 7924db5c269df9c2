//! Words for the messages: a builder's correspondence, in Swedish.

pub(super) const SUBJECTS: &[&str] = &[
    "Offert på takbyte",
    "SV: Offert på takbyte",
    "Fakturaunderlag för mars",
    "Möte på fredag?",
    "VB: Ritningar till Ängsvägen 4",
    "Bygglov, komplettering begärs",
    "Åtgärdslista efter slutbesiktning",
    "Påminnelse: tidrapporten",
    "Leveransbesked – virke",
    "SV: SV: Frågor om ställningen",
    "Protokoll från byggmötet",
    "Nya nycklar till förrådet",
    "Försäkring: skadeanmälan",
    "Semesterlista, preliminär",
    "Order 48213",
    "Kalkyl, version 3",
    "Hälsningar från Växjö",
    "Bra jobbat!",
    "Besök av Arbetsmiljöverket",
    "Ändrad färgkod på panelen",
];

pub(super) const SENTENCES: &[&str] = &[
    "Hej, tack för senast.",
    "Jag skickar över underlaget som vi talade om, säg till om något fattas.",
    "Kunden vill ha besked före onsdag, annars går de till någon annan.",
    "Virket kommer på måndag, men gipsen är försenad en vecka.",
    "Kan du titta på måtten en gång till? Dörröppningen ser för smal ut på ritningen.",
    "Vi behöver två man till på Ängsvägen resten av månaden.",
    "Elektrikern är klar, målaren börjar i morgon.",
    "Ställningen ska vara nere senast den 15:e.",
    "Priset står sig i trettio dagar, exklusive moms.",
    "Jag har bifogat fotona från besiktningen.",
    "Glöm inte att låsa förrådet, det stod öppet i natt igen.",
    "Faktura 20417 är betald, men 20418 saknar referensnummer.",
    "Ring mig på mobilen när du hinner.",
    "Det blåste in vatten under takfoten, så isoleringen måste bytas på ena gaveln.",
    "Kommunen begär in en ny situationsplan innan de kan ge startbesked.",
    "Med vänliga hälsningar",
    "Trevlig helg!",
];

pub(super) const FILES: &[(&str, &str)] = &[
    ("Ritning-A3.pdf", "application/pdf"),
    ("Offert.doc", "application/msword"),
    ("Kalkyl.xls", "application/vnd.ms-excel"),
    ("IMG_0417.JPG", "image/jpeg"),
    ("Ängsvägen 4 plan.dwg", "application/octet-stream"),
    ("protokoll.rtf", "application/rtf"),
];

pub(super) const OUTSIDERS: &[(&str, &str)] = &[
    ("Växjö Trä & Virke", "order@vaxjotra.example"),
    ("Länsförsäkringar", "skador@lansforsakringar.example"),
    ("Bygglovsenheten", "bygglov@kommun.example"),
    ("Bengt Ählström", "bengt@ahlstromsel.example"),
    ("Maria Lindén", "maria.linden@arkitekt.example"),
    ("Newsletter", "news@verktyg.example"),
];
