{#- Words of the four languages that are names, too: in small letters they are read as words. Written as they are spelt. -#}
{% macro words_that_are_names() %}
    {%- set ns = namespace(words=(
        'amber april archer art august autumn baker bank banks bell best bill bird bishop black blunt bolt bond box brook brooke brooks'
        ~ ' brown burns bush butcher cannon carpenter carter case cash chance chase chips church clay cliff close coffin colt cook'
        ~ ' cooper cope cotton cross crystal daily daisy dakota dale dawn day dean dick drake drew drum duke dusty earl early eve fair faith'
        ~ ' farmer field fields fish fisher flint flowers ford forest fox freed frost gable gamble game garden gates ginger glass'
        ~ ' glen gold good grace gray green grey hall hand happy harder hardy harmony hays hazel head heath heaven high hill hills'
        ~ ' holder honey hook hope horn house hunt hunter ice iris ivy jade jasmine joiner joy judge june justice keen king '
        ~ ' knight lake lamb land lane law lawless light lily little lock long love low major manly marble mark marks marsh mason may'
        ~ ' melody mercy merry miles miller misty moody moon moss nest new nice night noble norm north olive pack page paige'
        ~ ' park parks patience pearl penny pepper pierce pip piper pitt plant plumb pool poor pope porter post potter power powers'
        ~ ' press price prince rain ranger read reed rest rich ring river rivers robin robins rocky rose ruby rusty sage saint'
        ~ ' salmon salt sands sandy savage sawyer scales scarlett sea self sell serenity sharp shepherd ship short sierra silver singer'
        ~ ' skinner sky slaughter small smart snow sonny south speed spice spring star stark steel sterling still stone storm stormy street'
        ~ ' strong sugar summer sun sunny sweet swift temple thorn tiger tower town trainer tree trinity true turner vale'
        ~ ' violet wade walker wall ward ware waters wave weaver weeks wells west wheeler white will winner winter winters wise'
        ~ ' wit wolf wood woods work worth yard young'
        ~ ' abend acker alt apfel april arm august bach bald band bart baum berg bier birke birne blank blau blume boden bohne bote'
        ~ ' brand braun breit buche busch butter bär böse dach decke dick dorn dunkel dünn ehrlich eiche eifer eng engel erle ernst esche'
        ~ ' essig faust feld fenster fest finger frau frei freitag friede froh fromm früh frühling fuchs fuss fürst garten gerste'
        ~ ' glück graf grau gross grün gut haar hafer hahn hals hammer hart hase haus heim hell herbst herzog heu heute hoch hof horn hut'
        ~ ' immer juli jung junge juni kaiser kalt keller kern kessel kind kirsch klein koch kohl kopf korn kraft kraut kuchen kurz'
        ~ ' könig lang lange leer lieb liebe linde lust löwe mai mann mark mauer mittag mond montag morgen most nacht nagel nase neu'
        ~ ' nuss ofen ohr pfeffer pfeiffer pflaume recht regen reich rein richter ring roggen rose rot roth ruhe sack salz sand'
        ~ ' sauer schnell schuh schwarz schön see segen sommer sonne sonntag spät stark stein stern stock stoll stolz'
        ~ ' streng stroh sturm süss tanne teufel tief topf tor treppe treu unger vetter vogel voll wald wand warm weich weide weile'
        ~ ' wein weiss weizen wiese wild wind winkel winter wohl wolf zahn zart zeit zimmer zucker zwiebel'
        ~ ' abril alegria amor aurora aveia barata barros bela belo bento boa bom branca branco bravo calvo campos cara carneiro caro'
        ~ ' carvalho casa castanho castelo chaves clara coelho cordeiro costa cruz domingos espada esperança estrela faca falcão feliz ferro'
        ~ ' fiel flores fonte fontes franco galo gato glória grande graça guerra horta janeiro jasmim justo lago lagos lança'
        ~ ' laranjeira leal leite leão lobo lua luna luz machado maio margarida mata mel monte moreno muro natal neves nobre'
        ~ ' palma paz pedra pena penas pinheiro pinto pires ponte porto prado preto queijo quinta ramos'
        ~ ' raposo rato reis ribeiro rico rocha rosa rua sal salgado santos seco serra sobral socorro sol torre trigo'
        ~ ' vale verde vermelho vinho viola violeta vitória íris'
        ~ ' abril alto amargo amor aurora bella bendito blanca blanco bravo bueno caballero calle calvo campo campos casa'
        ~ ' casas castillo cielo clara conde conejo consuelo cordero corto cortés crespo cruz cuadrado delgado dolores domingo dulce duque'
        ~ ' esperanza estrella feliz flores fuente fuentes gallo gloria gordo gracia guerrero herrero hidalgo huerta iglesia justo lago'
        ~ ' largo leal león linda lobo luna luz malo mar margarita marqués mayo milagros monte montes moreno nieves nuevo olmo paloma'
        ~ ' pastor paz peña piedra pilar pino pinos plaza prado puerta redondo remedios rey reyes rico robles roca rojo rosa rubio'
        ~ ' río ríos salado santa santo sierra socorro sol soledad tierra toro torre torres vaca valle victoria vida vieja viejo zapatero'
        ~ ' águila'
    )) -%}
    {%- for plain, accented in accented_letters().items() -%}
        {%- for letter in accented -%}
            {%- set ns.words = ns.words | replace(letter, plain) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set words = modules.re.sub('([aou])e([a-z])', '\\1\\2', ns.words | replace('ß', 'ss')) -%}
    {{- return(words.split() | unique | sort | join('|')) -}}
{% endmacro %}
